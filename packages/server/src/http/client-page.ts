/** A page of a long list of ids, and the cursor that leads to the next one. */
import { RequestFault } from './request-fault.ts';

export interface Page {
  readonly ids: readonly string[];
  /** Opaque; null on the last page. */
  readonly nextCursor: string | null;
}

function refuse(): never {
  throw new RequestFault('invalid_request', {
    field: 'query.cursor',
    words: { zh: 'query.cursor 格式不正确', en: 'query.cursor has the wrong form' },
  });
}

/** Where a page ended: the last id, and its place in case that client is forgotten before the next page. */
function encode(place: number, lastId: string): string {
  return Buffer.from(`${place}:${lastId}`).toString('base64url');
}

function decode(cursor: string): { readonly place: number; readonly lastId: string } {
  const [, place, lastId] =
    /^(\d{1,9}):([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? refuse();
  return { place: Number(place), lastId: lastId! };
}

/**
 * @param ids the whole list as it is now, in its order
 * @param from cursor of the page before, or how many are passed over; undefined for the first page
 * @throws RequestFault `invalid_request` for a cursor that is not ours
 */
export function pageOf(ids: readonly string[], limit: number, from: string | number | undefined): Page {
  let start = typeof from === 'number' ? from : 0;
  if (typeof from === 'string') {
    const { place, lastId } = decode(from);
    const found = ids.indexOf(lastId);
    start = found >= 0 ? found + 1 : Math.min(place, ids.length);
  }
  const page = ids.slice(start, start + limit);
  const end = start + page.length;
  return { ids: page, nextCursor: end < ids.length && page.length > 0 ? encode(end, page.at(-1)!) : null };
}
