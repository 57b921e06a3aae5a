import { s } from '../schema.ts';
import { endpoint } from './endpoint.ts';

export const health = endpoint({
  method: 'GET',
  path: '/health',
  access: 'public',
  tag: 'health',
  summary: { zh: '健康检查', en: 'Health: 200 when healthy, 503 with the failing part otherwise' },
  answer: s.object({
    status: s.oneOf(['healthy', 'unhealthy']),
    version: s.string({ max: 32 }),
    uptime_secs: s.integer({ min: 0 }),
    parts: s.record(s.string({ max: 32 }), s.oneOf(['ok', 'failed']), 16),
  }),
});

export const metrics = endpoint({
  method: 'GET',
  path: '/metrics',
  access: 'metrics',
  tag: 'health',
  summary: { zh: 'Prometheus 指标', en: 'Prometheus metrics' },
  answer: { mediaType: 'text/plain', description: 'Prometheus text format 0.0.4.' },
});

export const openapi = endpoint({
  method: 'GET',
  path: '/api/openapi.json',
  access: 'public',
  tag: 'docs',
  summary: { zh: 'OpenAPI 3.1 描述', en: 'This API as OpenAPI 3.1' },
  answer: { mediaType: 'application/json', description: 'OpenAPI 3.1.' },
});

export const docs = endpoint({
  method: 'GET',
  path: '/api/docs',
  access: 'public',
  tag: 'docs',
  summary: { zh: 'API 文档页面', en: 'This API as a page' },
  answer: { mediaType: 'text/html', description: 'A page of the console; fetches nothing from elsewhere.' },
});
