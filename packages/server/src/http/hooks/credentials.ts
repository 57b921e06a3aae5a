import { RequestFault } from '../request-fault.ts';
import type { Check } from './check.ts';

export const SESSION_COOKIE = 'session_id';

/** @returns the values of every cookie with this name, as they came */
export function cookieValues(header: string | undefined, name: string): string[] {
  const values: string[] = [];
  for (const pair of (header ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue;
    values.push(
      pair
        .slice(equals + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1'),
    );
  }
  return values;
}

/** Reads what the request shows. Anything that leaves a choice whom to believe is refused. */
export const readCredentials: Check = ({ request, context }) => {
  const sessions = cookieValues(request.headers.cookie, SESSION_COOKIE);
  const bearer = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (sessions.length > 1) {
    throw new RequestFault('invalid_request', {
      field: 'cookie.session_id',
      words: { zh: '出现了多个 session_id', en: 'there is more than one session_id' },
    });
  }
  if (sessions.length > 0 && bearer !== undefined) {
    throw new RequestFault('invalid_request', {
      field: 'headers.authorization',
      words: { zh: '不能同时使用 Cookie 和令牌', en: 'a cookie and a token together' },
    });
  }
  context.credentials = { sessionId: sessions[0] || undefined, bearer };
};
