import { createSeededRandom } from '@ops/testkit/seeded-random.ts';
import { describe, expect, test } from 'vitest';

import { LinkFailure } from './failure.ts';
import type { FailureKind } from './failure.ts';
import { createReconnect, MAX_RETURN_WINDOW_MS, RETURN_WINDOW_MS, STABLE_SESSION_MS } from './reconnect.ts';
import type { Decision, Reconnect } from './reconnect.ts';

const MANUAL = { baseMs: 2_000, maxMs: 60_000, giveUpAfter: undefined };

function failure(kind: FailureKind, comeBackInMs?: number): LinkFailure {
  return new LinkFailure(kind, kind, comeBackInMs === undefined ? {} : { comeBackInMs });
}

const unreachable = failure('unreachable');

function wait(decision: Decision): number {
  if (decision === 'give up') throw new Error('gave up');
  return decision.retryInMs;
}

/** Waits of many clients that live through the same thing. */
function fleet(clients: number, live: (reconnect: Reconnect) => Decision, options = MANUAL): number[] {
  return Array.from({ length: clients }, (_, i) =>
    wait(live(createReconnect(options, createSeededRandom(i)))),
  );
}

/** `even` when the waits cover the whole range about evenly, else what is wrong. */
function spread(waits: number[], from: number, to: number): string {
  const stray = waits.find((ms) => ms < from || ms > to);
  if (stray !== undefined) return `${stray} is out of range`;
  const bins = Array.from({ length: 10 }, () => 0);
  for (const ms of waits) bins[Math.min(9, Math.floor(((ms - from) / (to - from)) * 10))]!++;
  const mean = waits.length / bins.length;
  return Math.max(...bins) < 2 * mean && Math.min(...bins) > mean / 2 ? 'even' : `uneven: ${bins.join(' ')}`;
}

/** The wait after five failures, a session of so many milliseconds, and one more failure. */
function afterFiveFailures(readyForMs: number): number[] {
  return fleet(2_000, (r) => {
    for (let i = 0; i < 5; i++) r.next(unreachable, undefined);
    r.next(failure('lost'), readyForMs);
    return r.next(unreachable, undefined);
  });
}

/** How many failures in a row the client bears. */
function patience(giveUpAfter: number | undefined, most: number): number | undefined {
  const reconnect = createReconnect({ ...MANUAL, giveUpAfter }, createSeededRandom(1));
  for (let i = 1; i <= most; i++) if (reconnect.next(unreachable, undefined) === 'give up') return i;
  return undefined;
}

describe('10,000 clients that lose their server at once', () => {
  test('return evenly within the window the server named', () => {
    expect(
      spread(
        fleet(10_000, (r) => r.next(failure('goodbye', 20_000), STABLE_SESSION_MS)),
        0,
        20_000,
      ),
    ).toBe('even');
  });

  test('return evenly within two seconds when it vanished without a word', () => {
    expect(
      spread(
        fleet(10_000, (r) => r.next(failure('lost'), STABLE_SESSION_MS)),
        0,
        RETURN_WINDOW_MS,
      ),
    ).toBe('even');
  });
});

test.each([
  [0, 2_000],
  [1, 4_000],
  [3, 16_000],
  [4, 32_000],
  [5, 60_000],
  [40, 60_000],
])('after %i failures the next wait is anywhere from 0 to %i ms', (failures, ceiling) => {
  const waits = fleet(2_000, (r) => {
    for (let i = 0; i < failures; i++) r.next(unreachable, undefined);
    return r.next(unreachable, undefined);
  });
  expect(spread(waits, 0, ceiling)).toBe('even');
});

test.each(['authentication', 'untrusted', 'refused'] as const)(
  '%s waits in the upper half of the maximum',
  (kind) => {
    expect(
      spread(
        fleet(2_000, (r) => r.next(failure(kind), undefined)),
        30_000,
        60_000,
      ),
    ).toBe('even');
  },
);

describe('the delays begin anew', () => {
  test('after a session of 30 s', () => {
    expect(spread(afterFiveFailures(STABLE_SESSION_MS), 0, 2_000)).toBe('even');
  });

  test('and not after a shorter one', () => {
    expect(spread(afterFiveFailures(STABLE_SESSION_MS - 1), 0, 60_000)).toBe('even');
  });
});

test('a server that takes clients and drops them at once is not hammered', () => {
  const waits = fleet(2_000, (r) => {
    for (let i = 0; i < 5; i++) r.next(failure('lost'), 100);
    return r.next(failure('lost'), 100);
  });
  expect(spread(waits, 0, 60_000)).toBe('even');
});

test('a window is honoured before a session was established, and never beyond ten minutes', () => {
  expect(
    spread(
      fleet(2_000, (r) => r.next(failure('goodbye', 5_000), undefined)),
      0,
      5_000,
    ),
  ).toBe('even');
  const waits = fleet(2_000, (r) => r.next(failure('goodbye', 86_400_000), STABLE_SESSION_MS));
  expect(spread(waits, 0, MAX_RETURN_WINDOW_MS)).toBe('even');
});

describe('giving up', () => {
  test('happens after exactly as many failures as were asked for', () => {
    expect(patience(1, 5)).toBe(1);
    expect(patience(3, 5)).toBe(3);
  });

  test('never happens by default, nor with 0', () => {
    expect(patience(undefined, 10_000)).toBeUndefined();
    expect(patience(0, 10_000)).toBeUndefined();
  });

  test('counts failures in a row: a stable session forgives', () => {
    const reconnect = createReconnect({ ...MANUAL, giveUpAfter: 2 }, createSeededRandom(1));
    for (let i = 0; i < 5; i++) {
      expect(reconnect.next(unreachable, undefined)).not.toBe('give up');
      expect(reconnect.next(failure('lost'), STABLE_SESSION_MS)).not.toBe('give up');
    }
    reconnect.next(unreachable, undefined);
    expect(reconnect.next(unreachable, undefined)).toBe('give up');
  });
});
