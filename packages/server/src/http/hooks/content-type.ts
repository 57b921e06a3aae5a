import { RequestFault } from '../request-fault.ts';
import type { Check } from './check.ts';

const JSON_ONLY = /^application\/json(?:\s*;\s*charset=(?:"utf-8"|utf-8))?$/i;

function saysNothing(length: string | undefined, coding: string | undefined): boolean {
  return coding === undefined && (length === undefined || length === '0');
}

/**
 * What changes state is said in JSON: a form or a plain-text request, which a page of another site may send without
 * asking, is not understood. A call that needs no body may leave the type out, as the manual's do, unless a browser
 * sends it.
 */
export const checkContentType: Check = ({ request, context, endpoint }) => {
  if (!endpoint || endpoint.method === 'GET') return;
  const { headers } = request;
  const coding = headers['content-encoding'];
  if (coding !== undefined && coding !== 'identity') throw new RequestFault('unsupported_media_type');
  const type = headers['content-type'];
  if (type !== undefined && JSON_ONLY.test(type)) return;
  const bare = saysNothing(headers['content-length'], headers['transfer-encoding']);
  const fromBrowser = context.browser || headers.origin !== undefined;
  if (type === undefined && !endpoint.body && bare && !fromBrowser) return;
  throw new RequestFault('unsupported_media_type');
};
