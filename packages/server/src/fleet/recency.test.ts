import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createEntry } from './entry.ts';
import { NewestSample } from './newest-sample.ts';
import type { Entry } from './entry.ts';
import { createOrder } from './order.ts';
import { createRecency } from './recency.ts';
import { idOf } from './test-fleet.ts';

function entryOf(n: number, hostname = `host-${n}`): Entry {
  return createEntry({
    id: idOf(n),
    firstSeenMs: 0,
    lastSeenMs: 0,
    connectedAtMs: null,
    disconnectedAtMs: null,
    clientVersion: '',
    facts: { hostname },
    sample: new NewestSample(),
    apps: [],
    labels: {},
    policy: null,
    upgrade: null,
    remoteAddress: null,
    encrypted: false,
    authenticated: false,
    credential: 'none',
    clockOffsetMs: null,
    conflictAtMs: null,
  });
}

describe('recency', () => {
  it('gives what was touched since a version, oldest first, and goes on where a limit cut', () => {
    const entries = [1, 2, 3].map((n) => entryOf(n));
    const recency = createRecency();
    for (const entry of entries) recency.touch(entry);
    const { version } = recency;
    recency.touch(entries[0]!);
    recency.touch(entries[2]!);
    expect(recency.since(version, 10)).toEqual([entries[0], entries[2]]);
    const [first] = recency.since(0, 1);
    expect(first).toBe(entries[1]);
    expect(recency.since(first!.version, 10)).toEqual([entries[0], entries[2]]);
    expect(recency.since(recency.version, 10)).toEqual([]);
  });

  it('does what a list sorted by last touch does', () => {
    const step = fc.record({ n: fc.nat(7), remove: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.nat(60),
        fc.integer({ min: 1, max: 9 }),
        (steps, from, limit) => {
          const entries = Array.from({ length: 8 }, (_, n) => entryOf(n));
          const recency = createRecency();
          let model: { entry: Entry; version: number }[] = [];
          let version = 0;
          for (const { n, remove } of steps) {
            const entry = entries[n]!;
            model = model.filter((each) => each.entry !== entry);
            if (remove) recency.remove(entry);
            else {
              recency.touch(entry);
              model.push({ entry, version: ++version });
            }
          }
          const all: Entry[] = [];
          recency.each((entry) => all.push(entry) > 0);
          expect(all).toEqual(model.map((each) => each.entry));
          expect(recency.size).toBe(model.length);
          expect(recency.version).toBe(version);
          const newer = model.filter((each) => each.version > from).map((each) => each.entry);
          expect(recency.since(from, limit)).toEqual(newer.slice(0, limit));
        },
      ),
    );
  });
});

/** As people order them: numbers by their value, capitals beside small letters. */
const NAMES = ['a', 'B', 'b', 'web-2', 'web-10', '中'];
const sortKey = (entry: Entry): string => `${NAMES.indexOf(entry.facts.hostname)} ${entry.id}`;

describe('order', () => {
  it('stays sorted by host name, then id, whatever comes and goes', () => {
    const name = fc.constantFrom(...NAMES);
    fc.assert(
      fc.property(fc.array(name, { maxLength: 30 }), fc.array(fc.nat(29)), (names, gone) => {
        const entries = names.map((hostname, n) => entryOf((n * 7) % 31, hostname));
        const filled = createOrder();
        filled.fill(entries);
        const added = createOrder();
        for (const entry of entries) added.add(entry);
        for (const order of [filled, added]) for (const n of gone) if (entries[n]) order.remove(entries[n]);
        const expected = entries
          .filter((_, n) => !gone.includes(n))
          .toSorted((a, b) => {
            const [left, right] = [sortKey(a), sortKey(b)];
            return left < right ? -1 : left > right ? 1 : 0;
          });
        expect(filled.entries).toEqual(expected);
        expect(added.entries).toEqual(expected);
      }),
    );
  });
});
