import { silentLog } from '@ops/runtime/log.ts';
import type { Log } from '@ops/runtime/log.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { createSeededRandom } from '@ops/testkit/seeded-random.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, test } from 'vitest';

import type { Journal } from './journal.ts';
import { GROWTH_BYTES, REOPEN_EVERY_MS } from './open-journal.ts';
import { readRecords, RECORD_HEAD_BYTES } from './record.ts';
import { testDisk } from './test-disk.ts';
import type { TestDisk } from './test-disk.ts';
import { DIRECTORY, idOf, open, resultFor, startOf } from './test-journal.ts';

const JOURNAL = `${DIRECTORY}/journal-`;

/** 1 acknowledged, 2 finished, 3 and 4 running, 3 with its process. */
async function lived(on: TestDisk): Promise<Journal> {
  const journal = await open(on);
  for (const n of [1, 2, 3, 4]) await journal.start(startOf(n));
  journal.spawned(idOf(3), { pid: 4711, startTime: '99' });
  await journal.done(resultFor(1), 1);
  await journal.done(resultFor(2, { output: [{ stream: 'stdout', bytes: Buffer.from('up\n') }] }), 2);
  await journal.acknowledged(idOf(1));
  return journal;
}

const states = (journal: Journal, count = 4): (string | undefined)[] =>
  Array.from({ length: count }, (_, i) => journal.known(idOf(i + 1))?.state);

describe('what was journalled', () => {
  test('is known, and known again after the program ended in any way', async () => {
    const on = testDisk();
    const first = await lived(on);
    expect(states(first)).toEqual(['remembered', 'finished', 'running', 'running']);
    expect(first.interrupted).toEqual([]);
    const again = await open(on);
    expect(states(again)).toEqual(['remembered', 'finished', 'running', 'running']);
    expect(again).toMatchObject({ epoch: first.epoch, lastSeq: 4, damaged: 0 });
    expect(again.interrupted).toEqual([
      { start: startOf(3), process: { pid: 4711, startTime: '99' } },
      { start: startOf(4), process: undefined },
    ]);
    expect(again.unacknowledged()).toEqual([
      resultFor(2, { output: [{ stream: 'stdout', bytes: Buffer.from('up\n') }] }),
    ]);
  });

  test('survives a power cut once it was flushed; an unflushed end costs no epoch', async () => {
    const on = testDisk();
    const first = await lived(on);
    on.crash();
    const again = await open(on);
    // The acknowledgement was not flushed: the result is sent again.
    expect(states(again)).toEqual(['finished', 'finished', 'running', 'running']);
    expect(again.epoch).toBe(first.epoch);
  });

  test('commands that start together cost one flush', async () => {
    const on = testDisk();
    const journal = await open(on);
    on.calls.length = 0;
    await Promise.all([1, 2, 3, 4].map((n) => journal.start(startOf(n))));
    expect(on.calls).toEqual(['write', 'sync']);
  });

  test('a process and an acknowledgement cost none', async () => {
    const on = testDisk();
    const journal = await lived(on);
    on.calls.length = 0;
    journal.spawned(idOf(4), { pid: 5, startTime: undefined });
    await journal.acknowledged(idOf(2));
    expect(on.calls).toEqual(['write']);
  });
});

describe('a journal that is not what it was', () => {
  test('deleted: another epoch', async () => {
    const on = testDisk();
    const first = await lived(on);
    on.files.clear();
    const again = await open(on);
    expect(again.epoch).not.toBe(first.epoch);
    expect(again.lastSeq).toBe(0);
  });

  test('put back from an older copy: the same epoch, an older last_seq', async () => {
    const on = testDisk();
    const first = await lived(on);
    const [path, data] = on.only(JOURNAL);
    await first.start(startOf(5));
    on.files.clear();
    on.put(path, data);
    const again = await open(on);
    expect(again).toMatchObject({ epoch: first.epoch, lastSeq: 4 });
    expect(again.known(idOf(5))).toBeUndefined();
  });

  test('cut at any byte: what is before it is known, and but for an end of a record it gets a new epoch', async () => {
    const on = testDisk();
    const first = await lived(on);
    await first.close();
    const [path, data] = on.only(JOURNAL);
    const ends = new Set(
      readRecords(data).records.map(({ offset, body }) => offset + RECORD_HEAD_BYTES + body.length),
    );
    for (let at = 0; at < data.length; at++) {
      const damaged = testDisk();
      damaged.put(path, data.subarray(0, at));
      const again = await open(damaged);
      expect(again.epoch === first.epoch).toBe(ends.has(at));
      expect(again.damaged > 0).toBe(!ends.has(at));
      // Nothing is known in a state it never had.
      for (const [i, state] of states(again).entries())
        expect([
          undefined,
          'running',
          ...(i < 2 ? ['finished'] : []),
          ...(i < 1 ? ['remembered'] : []),
        ]).toContain(state);
      await again.close();
    }
  });

  test('with flipped bits, 2,000 times: it opens, gets a new epoch, and no result is another', async () => {
    const on = testDisk();
    const first = await lived(on);
    await first.close();
    const [path, data] = on.only(JOURNAL);
    const random = createSeededRandom(17);
    for (let round = 0; round < 2_000; round++) {
      const damaged = testDisk();
      const bytes = Buffer.from(data);
      const at = Math.floor(random.unit() * bytes.length);
      bytes[at] = bytes[at]! ^ (1 << Math.floor(random.unit() * 8));
      damaged.put(path, bytes);
      const again = await open(damaged);
      expect(again.epoch).not.toBe(first.epoch);
      for (const result of again.unacknowledged())
        expect([resultFor(1), ...first.unacknowledged()]).toContainEqual(result);
      await again.close();
    }
  }, 60_000);

  test('is told in the log, and is whole from then on', async () => {
    const on = testDisk();
    await (await lived(on)).close();
    const [path, data] = on.only(JOURNAL);
    on.put(path, data.subarray(0, -3));
    const errors: string[] = [];
    const log: Log = { ...silentLog, error: (line) => errors.push(line) };
    const damaged = await open(on, { log });
    expect(errors).toEqual(['The journal is damaged: it gets a new epoch']);
    await damaged.close();
    const again = await open(on);
    expect(again).toMatchObject({ epoch: damaged.epoch, damaged: 0 });
    expect(states(again).slice(1)).toEqual(['finished', 'running', 'running']);
  });

  test('garbage in its place does not keep the client from starting', async () => {
    const on = testDisk();
    await (await lived(on)).close();
    const [path] = on.only(JOURNAL);
    on.put(path, createSeededRandom(3).bytes(5_000));
    const journal = await open(on);
    await journal.start(startOf(9));
    expect(journal.known(idOf(9))).toEqual({ state: 'running' });
  });
});

describe('a disk in trouble', () => {
  test('any call that fails: nothing that was promised is lost, and it works again within 5 s', async () => {
    const counting = testDisk();
    await lived(counting);
    const calls = counting.calls.length;
    for (let n = 1; n <= calls; n++) {
      const on = testDisk();
      const clock = new ManualClock();
      on.failAt = n;
      const journal = await open(on, { clock });
      const promised = new Map<number, string>();
      const done = async (what: Promise<void>, id: number, state: string): Promise<void> => {
        await what.then(
          () => promised.set(id, state),
          () => undefined,
        );
      };
      for (const id of [1, 2, 3]) await done(journal.start(startOf(id)), id, 'running');
      for (const id of [1, 2].filter((one) => promised.has(one)))
        await done(journal.done(resultFor(id), id), id, 'finished');
      on.failAt = 0;
      on.crash(n % 30);
      const after = await open(on);
      for (const [id, state] of promised) expect([id, after.known(idOf(id))?.state]).toEqual([id, state]);

      await clock.advanceAsync(REOPEN_EVERY_MS);
      await until(() => journal.start(startOf(7)).then(() => true), { what: `call ${n} to be over` });
      await journal.close();
    }
  });

  test('a failed flush is never tried again: everything is written anew elsewhere', async () => {
    const on = testDisk();
    const clock = new ManualClock();
    const journal = await open(on, { clock });
    await journal.start(startOf(1));
    const [before] = on.only(JOURNAL);
    on.failAt = on.calls.length + 2;
    await expect(journal.start(startOf(2))).rejects.toThrow('the journal cannot be written (EIO: sync)');
    expect(journal.known(idOf(2))).toBeUndefined();
    const calls = on.calls.length;
    await expect(journal.start(startOf(3))).rejects.toThrow('cannot be written');
    expect(on.calls.slice(calls).filter((name) => name !== 'close')).toEqual([]);
    await clock.advanceAsync(REOPEN_EVERY_MS);
    await until(() => [...on.files.keys()].every((path) => path !== before), { what: 'a new segment' });
    await journal.start(startOf(4));
    const again = await open(on);
    expect(states(again)).toEqual(['running', undefined, undefined, 'running']);
    expect(again.epoch).toBe(journal.epoch);
  });

  test('a full one refuses starts; what ended meanwhile is known, and written when there is room', async () => {
    const on = testDisk();
    const clock = new ManualClock();
    const journal = await open(on, { clock });
    await journal.start(startOf(1));
    on.isFull = true;
    await expect(journal.start(startOf(2))).rejects.toThrow('ENOSPC');
    await expect(journal.done(resultFor(1), 1)).rejects.toThrow('ENOSPC');
    expect(journal.unacknowledged()).toEqual([resultFor(1)]);
    await clock.advanceAsync(60_000);
    await expect(journal.start(startOf(2))).rejects.toThrow('ENOSPC');
    on.isFull = false;
    await clock.advanceAsync(REOPEN_EVERY_MS);
    await until(() => journal.start(startOf(2)).then(() => true), { what: 'the journal to work again' });
    expect((await open(on)).unacknowledged()).toEqual([resultFor(1)]);
  });

  test('full from the beginning: it opens closed, and works when there is room', async () => {
    const on = testDisk();
    const clock = new ManualClock();
    on.isFull = true;
    const journal = await open(on, { clock });
    await expect(journal.start(startOf(1))).rejects.toThrow('ENOSPC');
    on.isFull = false;
    await clock.advanceAsync(REOPEN_EVERY_MS);
    await until(() => journal.start(startOf(1)).then(() => true), { what: 'the journal to work' });
    expect((await open(on)).epoch).toBe(journal.epoch);
  });

  test('closed, it leaves no timer', async () => {
    const on = testDisk();
    const clock = new ManualClock();
    on.isFull = true;
    const journal = await open(on, { clock });
    await journal.close();
    expect(clock.pending).toBe(0);
  });
});

describe('a journal that has grown', () => {
  test('goes on in a new segment with everything that is needed, and the old one is gone', async () => {
    const on = testDisk();
    const journal = await lived(on);
    const [before] = on.only(JOURNAL);
    const text = 'x'.repeat(1024);
    const commands = Math.ceil(GROWTH_BYTES / 1024) + 10;
    for (let n = 10; n < 10 + commands; n += 100) {
      const ids = Array.from({ length: 100 }, (_, i) => n + i);
      await Promise.all(ids.map((id) => journal.start({ ...startOf(id), text })));
      await Promise.all(ids.map((id) => journal.done(resultFor(id), id)));
      await Promise.all(ids.map((id) => journal.acknowledged(idOf(id))));
    }
    const [after, data] = on.only(JOURNAL);
    expect(after).not.toBe(before);
    expect(data.length).toBeLessThan(GROWTH_BYTES);
    const again = await open(on);
    expect(again).toMatchObject({ epoch: journal.epoch, damaged: 0, lastSeq: journal.lastSeq });
    expect(states(again)).toEqual(['remembered', 'finished', 'running', 'running']);
    expect(again.known(idOf(10))).toEqual({ state: 'remembered' });
    expect(again.known(idOf(9 + commands))).toEqual({ state: 'remembered' });
  });
});
