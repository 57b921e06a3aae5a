/** What is shown of batches: groups, hosts, lists, exports, and what is run again of them. */
import { GROUP_EXCERPT, MAX_GROUPS } from '@ops/protocol/http/batches.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { describe, expect, it } from 'vitest';

import { idOf } from '../fleet/test-fleet.ts';
import { csvCell } from './export-csv.ts';
import { BY, ids, testBatches, type Ending, type TestBatches } from './test-batches.ts';

const PAGE = { offset: 0, limit: 100 };

/** A finished batch on so many hosts. */
async function finishedOn(test: TestBatches, count: number, habit: (n: number) => Ending): Promise<string> {
  for (let n = 1; n <= count; n++) test.connect(n);
  test.hosts.habit = habit;
  const { batchId } = await test.batches.create(test.request(), BY);
  await test.finished(batchId);
  return batchId;
}

async function textOf(test: TestBatches, batchId: string, format: 'csv' | 'jsonl'): Promise<string> {
  let text = '';
  for await (const piece of (await test.batches.export(batchId, format))!) text += piece;
  return text;
}

describe('groups', () => {
  it('hold the hosts that ended alike, the largest first, with the beginning of what they wrote', async () => {
    await using test = await testBatches();
    const batchId = await finishedOn(test, 6, (n) =>
      n === 3 ? { exitCode: 1, stderr: '坏了\n' } : n === 5 ? { outcome: 'timeout' } : { stdout: 'same\n' },
    );
    const { groups, moreGroups, moreHosts } = (await test.batches.get(batchId))!;
    expect(groups).toMatchObject([
      { state: 'Completed', exit_code: 0, hosts: 4, stdout: 'same\n', stdout_bytes: 5, stderr: '' },
      { state: 'Completed', exit_code: 1, hosts: 1, stderr: '坏了\n', hostnames: ['host-00003'] },
      { state: 'Timeout', exit_code: null, hosts: 1 },
    ]);
    expect(groups[0]!.hostnames).toEqual(['host-00001', 'host-00002', 'host-00004', 'host-00006']);
    expect([moreGroups, moreHosts]).toEqual([0, 0]);
    const page = await test.batches.hosts(batchId, { group: groups[0]!.key }, PAGE);
    expect(page).toMatchObject({ total: 4 });
    expect(page!.hosts[0]!.id).toBe(groups[0]!.command_id);
  });

  it('are there while the batch runs, of the hosts that are done', async () => {
    await using test = await testBatches();
    for (let n = 1; n <= 3; n++) test.connect(n);
    test.hosts.habit = (n) => (n === 3 ? undefined : { stdout: 'a' });
    const { batchId } = await test.batches.create(test.request(), BY);
    await test.reached(batchId, 'two results', ({ counts }) => counts.succeeded === 2);
    expect((await test.batches.get(batchId))!.groups).toMatchObject([{ hosts: 2, stdout: 'a' }]);
    test.hosts.finishAll({ stdout: 'b' });
    await test.finished(batchId);
    expect((await test.batches.get(batchId))!.groups).toMatchObject([
      { hosts: 2 },
      { hosts: 1, stdout: 'b' },
    ]);
  });

  it('show so much of the output and never half a character, nor bytes that are none', async () => {
    await using test = await testBatches();
    const long = Buffer.concat([Buffer.from('x'.repeat(GROUP_EXCERPT - 1)), Buffer.from('主机')]);
    const batchId = await finishedOn(test, 2, (n) => ({
      stdout: n === 1 ? long : Buffer.from([0x61, 0xff, 0x62]),
    }));
    const shown = (await test.batches.get(batchId))!.groups.map(({ stdout }) => stdout);
    expect(shown).toEqual(['x'.repeat(GROUP_EXCERPT - 1), 'a\u{FFFD}b']);
  });

  it('are so many at most; the others are counted', async () => {
    await using test = await testBatches({ clock: systemClock });
    const batchId = await finishedOn(test, MAX_GROUPS + 1, (n) => ({
      stdout: n === 1 ? 'first' : String(n),
    }));
    const found = (await test.batches.get(batchId))!;
    expect(found.groups).toHaveLength(MAX_GROUPS);
    expect([found.moreGroups, found.moreHosts]).toEqual([1, 1]);
  });
});

describe('hosts of a batch', () => {
  it('come in their order, page by page, filtered by how they stand and by part of their name', async () => {
    await using test = await testBatches();
    const batchId = await finishedOn(test, 12, (n) => ({ exitCode: n % 3 === 0 ? 1 : 0 }));
    const names = async (filter: Parameters<TestBatches['batches']['hosts']>[1], page = PAGE) => {
      const found = (await test.batches.hosts(batchId, filter, page))!;
      return [found.total, ...found.hosts.map(({ hostname }) => Number(hostname.slice(-2)))];
    };
    expect(await names({}, { offset: 10, limit: 5 })).toEqual([12, 11, 12]);
    expect(await names({ status: 'nonzero' })).toEqual([4, 3, 6, 9, 12]);
    expect(await names({ search: 'HOST-0001' })).toEqual([3, 10, 11, 12]);
    expect(await names({ search: '12', status: 'nonzero' })).toEqual([1, 12]);
    expect(await test.batches.hosts(idOf(99), {}, PAGE)).toBeUndefined();
  });
});

describe('the list of batches', () => {
  it('has the newest first, page by page, with the counts of each', async () => {
    await using test = await testBatches();
    test.connect(1);
    test.hosts.habit = () => ({});
    const made: string[] = [];
    for (let round = 0; round < 5; round++) {
      const { batchId } = await test.batches.create(test.request(), BY);
      await test.finished(batchId);
      made.unshift(batchId);
    }
    await test.restart();
    const first = await test.batches.list({ limit: 3 });
    const second = await test.batches.list({ limit: 3, cursor: first.nextCursor! });
    expect([...first.batches, ...second.batches].map(({ id }) => id)).toEqual(made);
    expect(second.nextCursor).toBeNull();
    expect(first.batches[0]!.counts.succeeded).toBe(1);
    await expect(test.batches.list({ limit: 3, cursor: 'x' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });
});

function startedSince({ hosts }: TestBatches, from: number): number[] {
  return hosts.started.slice(from).map(({ host }) => host);
}

describe('running again', () => {
  it.each([
    ['failed', [2, 3]],
    ['different', [2, 3, 6]],
    ['all', [1, 2, 3, 4, 5, 6]],
  ] as const)('%s means hosts %j, in a batch of its own', async (which, expected) => {
    await using test = await testBatches();
    const batchId = await finishedOn(test, 6, (n) =>
      n === 2 ? { exitCode: 1 } : n === 3 ? { outcome: 'failed' } : { stdout: n === 6 ? 'other' : 'same' },
    );
    const before = test.hosts.started.length;
    const again = await test.batches.rerun(batchId, which, BY);
    const batch = await test.finished(again.batchId);
    expect(startedSince(test, before)).toEqual([...expected]);
    expect(batch).toMatchObject({
      rerun_of: batchId,
      selection: { kind: 'rerun' },
      targets: expected.length,
    });
    const entries = (await test.audited()).filter(({ action }) => action === 'batch_create');
    expect(JSON.parse(entries.at(-1)!.detail)).toMatchObject({ rerun_of: batchId, selection: { which } });
  });

  it('is refused while the batch runs, for a batch nobody knows, and when there is nothing to run', async () => {
    await using test = await testBatches();
    test.connect(1);
    const { batchId } = await test.batches.create(test.request(), BY);
    await expect(test.batches.rerun(batchId, 'all', BY)).rejects.toMatchObject({ code: 'batch_running' });
    test.hosts.finishAll();
    await test.finished(batchId);
    await expect(test.batches.rerun(batchId, 'failed', BY)).rejects.toMatchObject({ code: 'no_targets' });
    await expect(test.batches.rerun(idOf(7), 'all', BY)).rejects.toMatchObject({ code: 'batch_not_found' });
  });

  it('judges every host anew, and leaves out those that were forgotten', async () => {
    await using test = await testBatches();
    const batchId = await finishedOn(test, 3, () => ({ exitCode: 1 }));
    test.disconnect(2);
    test.disconnect(3);
    await test.fleet.forget(idOf(3), BY);
    const again = await test.batches.rerun(batchId, 'failed', BY);
    expect(Object.keys(again.commandIds).toSorted()).toEqual([idOf(1), idOf(2)]);
    expect((await test.finished(again.batchId)).counts).toMatchObject({ nonzero: 1, failed: 1 });
  });
});

describe('an export', () => {
  const hostile = [
    '=HYPERLINK("http://evil")',
    '+1',
    '-1',
    '@SUM(A1)',
    '\tx',
    '\rx',
    '＝1',
    'a"b,c\r\nd',
    'nul\0',
  ];

  it('as CSV holds what hosts wrote as text, never as a formula', async () => {
    await using test = await testBatches();
    const batchId = await finishedOn(test, hostile.length, (n) => ({ stdout: hostile[n - 1]! }));
    const text = await textOf(test, batchId, 'csv');
    expect(text.startsWith('\u{FEFF}hostname,client_id,command_id,state,exit_code,')).toBe(true);
    expect(text).toContain('"\'=HYPERLINK(""http://evil"")"');
    for (const begin of ['+1', '-1', '@SUM(A1)', '\tx', '\rx', '＝1']) expect(text).toContain(`"'${begin}"`);
    expect(text).toContain('"a""b,c\r\nd"');
    expect(text).toContain('"nul\u{FFFD}"');
    expect(text).not.toMatch(/(^|,)"[=+\-@\t\r＝]/m);
  });

  it('as CSV guards host names and errors alike, and leaves numbers alone', () => {
    expect(csvCell('-rf')).toBe('"\'-rf"');
    expect(csvCell('')).toBe('""');
    expect(csvCell(-1)).toBe('-1');
    expect(csvCell(null)).toBe('');
    expect(csvCell(true)).toBe('true');
  });

  it('as JSON lines holds one object for each host, in their order', async () => {
    await using test = await testBatches({ clock: systemClock });
    const batchId = await finishedOn(test, 120, (n) => ({
      stdout: `out ${n}\n`,
      stderr: n === 1 ? '行\n\u2028' : '',
    }));
    const lines = (await textOf(test, batchId, 'jsonl')).trimEnd().split('\n');
    const hosts = lines.map((line): unknown => JSON.parse(line));
    expect(hosts).toHaveLength(120);
    expect(hosts[0]).toMatchObject({
      hostname: 'host-00001',
      state: 'Completed',
      stdout: 'out 1\n',
      stderr: '行\n\u2028',
    });
    expect(hosts[119]).toMatchObject({ client_id: idOf(120), output_cut: false });
  });

  it('of a batch nobody knows is none', async () => {
    await using test = await testBatches();
    expect(await test.batches.export(idOf(1), 'csv')).toBeUndefined();
    expect(await test.batches.get(idOf(1))).toBeUndefined();
  });
});

describe('who a batch is for', () => {
  it('is never everybody by omission (S-3)', async () => {
    await using test = await testBatches();
    test.connect(1);
    const create = (selection: Parameters<typeof test.request>[0]) =>
      test.batches.create(test.request(selection), BY);
    await expect(create({ selection: ids() })).rejects.toMatchObject({ code: 'invalid_request' });
    for (const selector of ['', ' ', '*', 'env=*', ',']) {
      await expect(create({ selection: { kind: 'selector', selector } })).rejects.toMatchObject({
        code: 'invalid_request',
        details: { field: 'body.selector' },
      });
    }
    await expect(create({ selection: { kind: 'selector', selector: 'env=none' } })).rejects.toMatchObject({
      code: 'no_targets',
    });
    expect(test.hosts.started).toEqual([]);
  });

  it('names clients that are not known, the first few of them', async () => {
    await using test = await testBatches();
    test.connect(1);
    const strangers = Array.from({ length: 7 }, (_, n) => n + 100);
    await expect(
      test.batches.create(test.request({ selection: ids(1, ...strangers) }), BY),
    ).rejects.toMatchObject({
      code: 'client_not_found',
      details: { reason: `${[100, 101, 102, 103, 104].map(idOf).join(', ')}, … (7)` },
    });
    expect(test.batches.preview(test.request({ selection: ids(1, ...strangers) })).unknownIds).toHaveLength(
      7,
    );
  });

  it('holds each host once, in the order it was named', async () => {
    await using test = await testBatches();
    for (let n = 1; n <= 3; n++) test.connect(n);
    const { batchId } = await test.batches.create(test.request({ selection: ids(3, 1, 3, 2) }), BY);
    const page = (await test.batches.hosts(batchId, {}, PAGE))!;
    expect(page.hosts.map(({ client_id }) => client_id)).toEqual([3, 1, 2].map(idOf));
  });

  it('stays what it was when others come later', async () => {
    await using test = await testBatches();
    test.connect(1);
    const { batchId } = await test.batches.create(test.request(), BY);
    test.connect(2);
    test.hosts.finishAll();
    expect(await test.finished(batchId)).toMatchObject({ targets: 1 });
    expect(test.hosts.started).toHaveLength(1);
  });
});
