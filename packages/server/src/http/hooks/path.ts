import { RequestFault } from '../request-fault.ts';
import type { Check } from './check.ts';

/** What makes two programs read one path differently: coded separators and zero, parameters, empty and dot segments. */
const AMBIGUOUS = /%2f|%5c|%00|[;\\#]|\/\/|\/(?:\.|%2e){1,2}(?:\/|$)/i;

function decodes(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** S-19: a path is decoded once and means one thing. */
export const checkPath: Check = ({ context: { path } }) => {
  if (path.startsWith('/') && !AMBIGUOUS.test(path) && decodes(path)) return;
  throw new RequestFault('invalid_request', {
    field: 'path',
    words: { zh: '地址含有不允许的字符', en: 'the path holds characters that are not allowed' },
  });
};
