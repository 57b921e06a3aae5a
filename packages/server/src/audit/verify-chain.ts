/** Finds the first row of an audit trail that is not as it was written. Pure: rows and anchors in, a finding out. */
import { ANCHOR_EVERY_ROWS, FIRST_PREV, hashOf, isAnchoredBy, type Anchor, type AuditRow } from './chain.ts';

export type Verdict =
  | { readonly ok: true; readonly rows: number; readonly anchoredTo: number }
  | { readonly ok: false; readonly firstBad: number; readonly reason: string };

/** How far from its place a row is looked for, to tell a swap from an alteration. */
const SWAP_DISTANCE = 1_000;

/**
 * @param rows by `seq`
 * @param anchors by `seq`
 * @param key content of the key file
 */
export function verifyChain(rows: Iterable<AuditRow>, anchors: Iterable<Anchor>, key: Uint8Array): Verdict {
  const pending = anchors[Symbol.iterator]();
  let anchor = nextAnchor(pending);
  let last = { seq: 0, hash: FIRST_PREV };
  let anchoredTo = 0;

  for (const row of rows) {
    const reason = linkFault(row, last);
    if (reason !== undefined) return bad(last.seq + 1, reason);
    last = row;
    if (anchor?.seq !== row.seq) continue;
    if (!isAnchoredBy(anchor, key))
      return bad(anchor.seq, 'its anchor was altered, or made with another audit-key');
    if (anchor.hash !== row.hash) {
      return bad(
        anchoredTo + 1,
        `altered here or up to row ${anchor.seq}, and the chain computed anew: the anchor at ${anchor.seq} does not fit`,
      );
    }
    anchoredTo = anchor.seq;
    anchor = nextAnchor(pending);
  }

  if (anchor) {
    const reached = highestProven(anchor, pending, key);
    if (reached !== undefined) return bad(last.seq + 1, `cut off: the trail reached at least row ${reached}`);
    return bad(anchoredTo + 1, 'an anchor over it was altered, or made with another audit-key');
  }
  if (last.seq - anchoredTo >= ANCHOR_EVERY_ROWS) {
    return bad(
      anchoredTo + 1,
      `anchors were removed: no anchor covers rows ${anchoredTo + 1} to ${last.seq}`,
    );
  }
  return { ok: true, rows: last.seq, anchoredTo };
}

function bad(firstBad: number, reason: string): Verdict {
  return { ok: false, firstBad, reason };
}

function nextAnchor(anchors: Iterator<Anchor>): Anchor | undefined {
  const { done, value } = anchors.next();
  return done === true ? undefined : value;
}

function highestProven(first: Anchor, rest: Iterator<Anchor>, key: Uint8Array): number | undefined {
  let highest: number | undefined;
  for (let anchor: Anchor | undefined = first; anchor; anchor = nextAnchor(rest)) {
    if (isAnchoredBy(anchor, key)) highest = anchor.seq;
  }
  return highest;
}

/** What is wrong at the row after `last`, if anything. */
function linkFault(row: AuditRow, last: { readonly seq: number; readonly hash: string }): string | undefined {
  const expected = last.seq + 1;
  if (row.seq !== expected) {
    const removed = row.seq - expected;
    return removed === 1 ? 'removed' : `removed, up to row ${row.seq - 1}`;
  }
  if (hashOf(row) !== row.hash) {
    const place = writtenAs(row);
    return place === undefined ? 'altered' : `swapped: it holds what was written as row ${place}`;
  }
  if (row.prev !== last.hash)
    return 'altered here or before, and its own hash computed anew: it does not follow the row before it';
  return undefined;
}

/** The place at which the row's content and hash fit together, if it is near. */
function writtenAs(row: AuditRow): number | undefined {
  const from = Math.max(1, row.seq - SWAP_DISTANCE);
  for (let seq = from; seq <= row.seq + SWAP_DISTANCE; seq++)
    if (hashOf({ ...row, seq }) === row.hash) return seq;
  return undefined;
}
