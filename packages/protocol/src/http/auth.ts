import { s } from '../schema.ts';
import { endpoint } from './endpoint.ts';

/** Bounds of a new password, in characters. */
export const MIN_PASSWORD = 12;
export const MAX_PASSWORD = 128;

const sessionId = s.string({
  max: 36,
  description: 'The session. To a browser only its first 8 characters are shown; the cookie holds it whole.',
});
const message = s.string({ max: 256 });
const maxExpiresInSecs = s.nullable(
  s.integer({ min: 0, description: 'Seconds until the session ends however active its user is.' }),
);

export const login = endpoint({
  method: 'POST',
  path: '/api/login',
  access: 'public',
  tag: 'authentication',
  summary: { zh: '登录', en: 'Sign in' },
  body: s.object({
    username: s.string({ min: 1, max: 64 }),
    password: s.string({ min: 1, max: 1024 }),
  }),
  answer: s.object({
    success: s.oneOf([true]),
    message,
    session_id: sessionId,
    must_change_password: s.boolean('The default password is still in use.'),
  }),
  failures: { 401: 'invalid_credentials' },
});

export const checkAuth = endpoint({
  method: 'GET',
  path: '/api/check-auth',
  access: 'session',
  tag: 'authentication',
  summary: {
    zh: '检查认证状态（不延长会话）',
    en: 'Tell whether the session is alive, without extending it',
  },
  answer: s.object({
    success: s.oneOf([true]),
    message,
    session_id: s.nullable(sessionId),
    username: s.string({ max: 64 }),
    role: s.oneOf(['viewer', 'operator', 'admin']),
    expires_in_secs: s.nullable(s.integer({ min: 0, description: 'Null for a bearer token.' })),
    max_expires_in_secs: maxExpiresInSecs,
    must_change_password: s.boolean(),
    restricted: s.boolean('True: this session may only change the default password or sign out.'),
  }),
});

export const logout = endpoint({
  method: 'POST',
  path: '/api/logout',
  access: 'session',
  tag: 'authentication',
  summary: { zh: '登出', en: 'Sign out' },
  answer: s.object({ success: s.oneOf([true]), message, session_id: s.nullable(sessionId) }),
});

export const changePassword = endpoint({
  method: 'POST',
  path: '/api/change-password',
  access: 'session',
  tag: 'authentication',
  summary: {
    zh: '修改密码，该用户的其他会话立即结束',
    en: 'Change the password; other sessions of the user end',
  },
  body: s.object({
    current_password: s.string({ min: 1, max: 1024 }),
    new_password: s.string({ min: 1, max: 1024 }),
  }),
  answer: s.object({ success: s.oneOf([true]), message }),
  failures: { 401: 'invalid_credentials', 400: 'weak_password' },
});

export const keepAlive = endpoint({
  method: 'POST',
  path: '/api/keep-alive',
  access: 'session',
  tag: 'authentication',
  summary: { zh: '用户活动：延长会话', en: 'User activity: extend the session' },
  answer: s.object({
    success: s.oneOf([true]),
    message,
    expires_in_secs: s.nullable(s.integer({ min: 0 })),
    max_expires_in_secs: maxExpiresInSecs,
  }),
});
