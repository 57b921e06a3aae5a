import { createHash } from 'node:crypto';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { canonicalJson } from './canonical.ts';
import { FIRST_PREV, hashOf, hmacOf, isAnchoredBy, type Anchor, type AuditRow } from './chain.ts';
import { verifyChain } from './verify-chain.ts';

const key = Buffer.alloc(32, 7);

/** A trail with an anchor at each of the given rows. */
function trail(rows: number, anchoredAt: readonly number[]): { rows: AuditRow[]; anchors: Anchor[] } {
  const made: AuditRow[] = [];
  for (let seq = 1; seq <= rows; seq++)
    made.push(rehashed({ ...example, seq, target: `t${seq}`, prev: made.at(-1)?.hash ?? FIRST_PREV }));
  return { rows: made, anchors: anchoredAt.map((seq) => anchorOf(made[seq - 1]!)) };
}

const example: Omit<AuditRow, 'hash'> = {
  seq: 0,
  at_ms: 5,
  actor: 'admin',
  role: 'admin',
  address: '::1',
  action: 'login',
  target: '',
  detail: '{}',
  outcome: 'ok',
  prev: '',
};

function rehashed(row: Omit<AuditRow, 'hash'>): AuditRow {
  return { ...row, hash: hashOf(row) };
}

function anchorOf({ seq, hash }: AuditRow, withKey: Uint8Array = key): Anchor {
  return { seq, hash, at_ms: 9, hmac: hmacOf({ seq, hash, at_ms: 9 }, withKey) };
}

describe('a trail as it was written', () => {
  it('verifies, with the row up to which anchors prove it', () => {
    const { rows, anchors } = trail(250, [100, 200]);
    expect(verifyChain(rows, anchors, key)).toEqual({ ok: true, rows: 250, anchoredTo: 200 });
  });

  it('verifies when empty, and before its first anchor', () => {
    expect(verifyChain([], [], key)).toEqual({ ok: true, rows: 0, anchoredTo: 0 });
    expect(verifyChain(trail(99, []).rows, [], key)).toEqual({ ok: true, rows: 99, anchoredTo: 0 });
  });
});

describe('the hash of a row', () => {
  it('is that of its canonical JSON, whatever is in it', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, text, fc.maxSafeInteger(), (actor, target, detail, atMs) => {
        const row = { ...example, actor, target, detail, at_ms: atMs, role: actor, address: target };
        const expected = createHash('sha256').update(canonicalJson(row)).digest('hex');
        expect(hashOf(row)).toBe(expected);
      }),
    );
  });
});

describe('tampering is named with the first row it touches', () => {
  const columns: readonly (readonly [keyof AuditRow, string | number])[] = [
    ['at_ms', 6],
    ['actor', 'someone'],
    ['role', ''],
    ['address', '::2'],
    ['action', 'logout'],
    ['target', 't5 '],
    ['detail', '{"a":1}'],
    ['outcome', 'refused'],
    ['prev', 'f'.repeat(64)],
    ['hash', 'f'.repeat(64)],
  ];
  it.each(columns)('altered %s', (column, value) => {
    const { rows, anchors } = trail(9, [9]);
    rows[4] = { ...rows[4]!, [column]: value };
    expect(verifyChain(rows, anchors, key)).toEqual({ ok: false, firstBad: 5, reason: 'altered' });
  });

  it('altered, with the hash of the row computed anew', () => {
    const { rows, anchors } = trail(9, [9]);
    rows[4] = rehashed({ ...rows[4]!, actor: 'someone' });
    expect(verifyChain(rows, anchors, key)).toMatchObject({ ok: false, firstBad: 6 });
  });

  it('altered, with the whole chain computed anew: somewhere after the last anchor that fits', () => {
    const { rows, anchors } = trail(9, [3, 6, 9]);
    for (let i = 4; i < 9; i++)
      rows[i] = rehashed({ ...rows[i]!, actor: 'someone', prev: rows[i - 1]!.hash });
    expect(verifyChain(rows, anchors, key)).toMatchObject({
      ok: false,
      firstBad: 4,
      reason: expect.stringContaining('anchor at 6'),
    });
  });

  it('removed', () => {
    const { rows, anchors } = trail(9, [9]);
    expect(verifyChain(rows.toSpliced(4, 1), anchors, key)).toEqual({
      ok: false,
      firstBad: 5,
      reason: 'removed',
    });
    expect(verifyChain(rows.toSpliced(4, 3), anchors, key)).toMatchObject({
      firstBad: 5,
      reason: 'removed, up to row 7',
    });
    expect(verifyChain(rows.slice(1), anchors, key)).toMatchObject({ firstBad: 1 });
  });

  it('removed, and the rows after it moved up', () => {
    const { rows, anchors } = trail(9, [9]);
    const moved = rows.toSpliced(4, 1).map((row, index) => ({ ...row, seq: index + 1 }));
    expect(verifyChain(moved, anchors, key)).toMatchObject({
      firstBad: 5,
      reason: expect.stringContaining('row 6'),
    });
  });

  it('swapped', () => {
    const { rows, anchors } = trail(9, [9]);
    const swapped = rows.with(2, { ...rows[6]!, seq: 3 }).with(6, { ...rows[2]!, seq: 7 });
    expect(verifyChain(swapped, anchors, key)).toEqual({
      ok: false,
      firstBad: 3,
      reason: 'swapped: it holds what was written as row 7',
    });
  });

  it('cut off behind a row that an anchor proves to have had successors', () => {
    const { rows, anchors } = trail(9, [3, 9]);
    expect(verifyChain(rows.slice(0, 5), anchors, key)).toEqual({
      ok: false,
      firstBad: 6,
      reason: 'cut off: the trail reached at least row 9',
    });
    expect(verifyChain([], anchors, key)).toMatchObject({ ok: false, firstBad: 1 });
  });

  it('cut off, and grown again', () => {
    const { rows, anchors } = trail(9, [3, 9]);
    const regrown = rows.slice(0, 5);
    for (let seq = 6; seq <= 20; seq++)
      regrown.push(rehashed({ ...example, seq, actor: 'new', prev: regrown.at(-1)!.hash }));
    expect(verifyChain(regrown, anchors, key)).toMatchObject({ ok: false, firstBad: 4 });
  });

  it('anchors forged without the key, altered or removed', () => {
    const { rows, anchors } = trail(120, [100]);
    const forged = anchorOf(rows[99]!, Buffer.alloc(32, 8));
    expect(verifyChain(rows, [forged], key)).toMatchObject({ ok: false, firstBad: 100 });
    expect(verifyChain(rows, [{ ...anchors[0]!, hmac: 'zz' }], key)).toMatchObject({
      ok: false,
      firstBad: 100,
    });
    expect(verifyChain(rows, [{ ...anchors[0]!, seq: 5_000 }], key)).toMatchObject({
      ok: false,
      firstBad: 1,
    });
    expect(verifyChain(rows, [], key)).toMatchObject({
      ok: false,
      firstBad: 1,
      reason: expect.stringContaining('anchors'),
    });
  });

  it('at the limit and one past it: 99 rows may lack an anchor, 100 may not', () => {
    const { rows, anchors } = trail(200, [100]);
    expect(verifyChain(rows.slice(0, 199), anchors, key)).toMatchObject({ ok: true });
    expect(verifyChain(rows, anchors, key)).toMatchObject({ ok: false, firstBad: 101 });
  });
});

describe('an anchor', () => {
  it('fits its key, and no other key, row or time', () => {
    const anchor = anchorOf(trail(1, []).rows[0]!);
    expect(isAnchoredBy(anchor, key)).toBe(true);
    expect(isAnchoredBy(anchor, Buffer.alloc(32))).toBe(false);
    expect(isAnchoredBy({ ...anchor, at_ms: 10 }, key)).toBe(false);
    expect(isAnchoredBy({ ...anchor, seq: 2 }, key)).toBe(false);
  });
});
