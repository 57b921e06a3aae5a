import { describe, expect, test } from 'vitest';

import { createLedger, MAX_REMEMBERED_IDS, MIN_REMEMBERED_IDS, REMEMBERED_MS } from './ledger.ts';
import { idOf } from './test-journal.ts';

/** So many ids, acknowledged a millisecond apart from 0 on. */
function remembering(count: number): ReturnType<typeof createLedger> {
  const ledger = createLedger();
  for (let n = 0; n < count; n++) ledger.apply({ k: 'acked', id: idOf(n), at: n });
  return ledger;
}

describe('ids', () => {
  test('are remembered while they are among the newest 10,000, whatever the clock says', () => {
    const ledger = remembering(MIN_REMEMBERED_IDS + 5);
    ledger.forget(REMEMBERED_MS * 100);
    expect(ledger.known(idOf(4))).toBeUndefined();
    expect(ledger.known(idOf(5))).toEqual({ state: 'remembered' });
  });

  test('are remembered for 7 days, however many there are', () => {
    const ledger = remembering(MIN_REMEMBERED_IDS + 5);
    ledger.forget(REMEMBERED_MS + 2);
    expect(ledger.known(idOf(1))).toBeUndefined();
    expect(ledger.known(idOf(2))).toEqual({ state: 'remembered' });
  });

  test('are 100,000 at most', () => {
    const ledger = remembering(MAX_REMEMBERED_IDS + 1);
    ledger.forget(0);
    expect(ledger.known(idOf(0))).toBeUndefined();
    expect(ledger.known(idOf(1))).toEqual({ state: 'remembered' });
  });

  test('come back from the entries of a new segment', () => {
    const ledger = remembering(1_203);
    const again = createLedger();
    for (const entry of ledger.entries()) again.apply(entry);
    expect(again.entries()).toEqual(ledger.entries());
    expect(again.known(idOf(1_202))).toEqual({ state: 'remembered' });
  });
});
