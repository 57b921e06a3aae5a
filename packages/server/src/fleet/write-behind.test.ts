import { describe, expect, it } from 'vitest';

import { silentLog } from '@ops/runtime/log.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { until } from '@ops/testkit/until.ts';

import { ChangeRefusedError } from '../storage/storage-error.ts';
import { testMainDatabase } from '../storage/test-database.ts';
import { createClientStore } from './client-store.ts';
import type { ClientStore } from './client-store.ts';
import type { Entry } from './entry.ts';
import { createRoster } from './roster.ts';
import { fakeLink, idOf, recordedLog, registrationOf } from './test-fleet.ts';
import { createWriteBehind, SAVE_ROWS } from './write-behind.ts';

function entries(clock: ManualClock, count: number): Entry[] {
  const roster = createRoster(clock);
  return Array.from({ length: count }, (_, n) => {
    const entry = roster.add(registrationOf(n));
    roster.connect(entry, registrationOf(n), fakeLink());
    return entry;
  });
}

/** The real store, with a word before each save. */
function listened(store: ClientStore, before: (ids: readonly string[]) => void): ClientStore {
  return {
    ...store,
    async save(clients, audit) {
      before(clients.map(({ id }) => id));
      await store.save(clients, audit);
    },
  };
}

describe('writing behind', () => {
  it('writes what changes in a burst in few changes, each client once', async () => {
    await using main = await testMainDatabase();
    const clock = new ManualClock();
    const saves: number[] = [];
    const store = listened(createClientStore(main.database, silentLog), (ids) => saves.push(ids.length));
    const behind = createWriteBehind({ store, clock, log: silentLog });
    for (const entry of entries(clock, 2 * SAVE_ROWS + 1)) for (const _ of [1, 2, 3]) behind.mark(entry);
    await until(() => behind.waiting === 0, { what: 'everything written' });
    // The first leaves at once, and once more for what changed meanwhile.
    expect(saves).toEqual([1, SAVE_ROWS, SAVE_ROWS, 1]);
    expect(await store.all()).toHaveLength(2 * SAVE_ROWS + 1);
  });

  it('stores all but the one client the database refuses', async () => {
    await using main = await testMainDatabase();
    const clock = new ManualClock();
    const log = recordedLog();
    const store = listened(createClientStore(main.database, log), (ids) => {
      if (ids.includes(idOf(7))) throw new ChangeRefusedError('check', 'planted');
    });
    const behind = createWriteBehind({ store, clock, log });
    for (const entry of entries(clock, 20)) behind.mark(entry);
    await until(() => behind.waiting === 0, { what: 'everything tried' });
    expect((await store.all()).map(({ id }) => id)).toEqual(
      Array.from({ length: 20 }, (_, n) => idOf(n)).filter((id) => id !== idOf(7)),
    );
    expect(log.lines.map(({ fields }) => fields?.['client'])).toEqual([idOf(7)]);
  });

  it('writes nothing more of a client that is dropped, and hands its audit entries back', async () => {
    await using main = await testMainDatabase();
    const clock = new ManualClock();
    const store = createClientStore(main.database, silentLog);
    const behind = createWriteBehind({ store, clock, log: silentLog });
    const [first, second] = entries(clock, 2);
    const audit = { atMs: 1, actor: 'system', role: '', address: '', action: 'test', target: '', detail: {} };
    behind.mark(first!);
    behind.mark(second!, [{ ...audit, outcome: 'ok' }]);
    expect(behind.drop(second!)).toEqual([{ ...audit, outcome: 'ok' }]);
    expect(await behind.finish()).toBe(0);
    expect((await store.all()).map(({ id }) => id)).toEqual([idOf(0)]);
    expect(await main.database.query.selectFrom('audit').selectAll().execute()).toEqual([]);
  });

  it('tells when clients were last seen, without touching the rest of their rows', async () => {
    await using main = await testMainDatabase();
    const clock = new ManualClock();
    const store = createClientStore(main.database, silentLog);
    const behind = createWriteBehind({ store, clock, log: silentLog });
    const all = entries(clock, 3);
    for (const entry of all) behind.mark(entry);
    await until(() => behind.waiting === 0, { what: 'everything written' });
    const before = await store.all();
    all[0]!.clockOffsetMs = null;
    for (const entry of all) {
      entry.lastSeenMs += 5;
      entry.clientVersion = 'not told yet';
    }
    behind.seen(all);
    await behind.finish();
    const after = await store.all();
    expect(after.map(({ lastSeenMs }, n) => lastSeenMs - before[n]!.lastSeenMs)).toEqual([5, 5, 5]);
    expect(after.map(({ clockOffsetMs }) => clockOffsetMs === null)).toEqual([true, false, false]);
    expect(after.map(({ clientVersion }) => clientVersion)).toEqual(['1.0.0', '1.0.0', '1.0.0']);
  });
});
