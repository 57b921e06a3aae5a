import { describe, expect, it } from 'vitest';

import { BY, HOST_POLICY, testBatches, type TestBatches } from './test-batches.ts';

const TOO_OLD = { readonly: true, commands: [], script_dirs: [], script_extensions: [] };

/** A host for each verdict: online, offline, other commands, readonly, too old. */
async function oneOfEach(): Promise<TestBatches> {
  const test = await testBatches();
  test.connect(1);
  test.connect(2);
  test.disconnect(2);
  test.connect(3, { policy: { ...HOST_POLICY, commands: ['whoami'] } });
  test.connect(4, { policy: { ...HOST_POLICY, readonly: true } });
  test.connect(5, { policy: TOO_OLD });
  return test;
}

function verdicts(
  test: TestBatches,
  overrides: Parameters<TestBatches['request']>[0] = {},
): Record<string, string> {
  const { hosts } = test.batches.preview(test.request(overrides));
  return Object.fromEntries(hosts.map(({ hostname, verdict }) => [hostname.slice(-1), verdict]));
}

describe('a preview', () => {
  it('says of every host what will happen, and sends nothing', async () => {
    await using test = await oneOfEach();
    expect(verdicts(test)).toEqual({
      1: 'will_run',
      2: 'offline',
      3: 'refused_by_host',
      4: 'readonly',
      5: 'too_old',
    });
    expect(verdicts(test, { queueSecs: 60 })).toMatchObject({ 1: 'will_run', 2: 'queued', 5: 'too_old' });
    expect(test.hosts.started).toEqual([]);
    expect(await test.audited()).not.toContainEqual(expect.objectContaining({ action: 'batch_create' }));
  });

  it('shows hosts that will not run at once first, then the others, by name', async () => {
    await using test = await oneOfEach();
    const { hosts } = test.batches.preview(test.request());
    expect(hosts.map(({ hostname }) => hostname.slice(-1))).toEqual(['2', '3', '4', '5', '1']);
    expect(hosts[1]?.refusal?.detail.token).toBe('uptime');
  });

  it('judges scripts by the directories of each host', async () => {
    await using test = await testBatches();
    test.connect(1);
    test.connect(2, { policy: { ...HOST_POLICY, script_dirs: ['/home/ops/scripts'] } });
    expect(verdicts(test, { command: '/opt/ops-scripts/a.sh' })).toEqual({
      1: 'will_run',
      2: 'refused_by_host',
    });
  });

  it("gives this server's own refusal, and then no host", async () => {
    await using test = await oneOfEach();
    expect(test.batches.preview(test.request({ command: 'rm -rf /' }))).toMatchObject({
      refusal: { reason: 'DANGEROUS' },
      ran: null,
      hosts: [],
    });
  });

  it('is what a batch then does', async () => {
    await using test = await oneOfEach();
    test.hosts.habit = () => ({});
    const { batchId } = await test.batches.create(test.request(), BY);
    expect((await test.finished(batchId)).counts).toMatchObject({ succeeded: 1, failed: 4 });
    const page = await test.batches.hosts(batchId, { status: 'failed' }, { offset: 0, limit: 10 });
    expect(page?.hosts.map(({ hostname, error }) => `${hostname.slice(-1)} ${error?.slice(0, 12)}`)).toEqual([
      '2 expired: the',
      '3 rejected: "u',
      '4 rejected: "u',
      '5 unsupported:',
    ]);
    expect(test.hosts.started.map(({ host }) => host)).toEqual([1]);
  });
});

describe('a command this server refuses', () => {
  it('makes no batch, and the refusal is audited', async () => {
    await using test = await oneOfEach();
    await expect(test.batches.create(test.request({ command: 'reboot' }), BY)).rejects.toMatchObject({
      code: 'command_rejected',
      refusedBy: 'server',
    });
    const entry = expect.objectContaining({ actor: 'alice', action: 'command_refused' });
    expect(await test.audited()).toContainEqual(entry);
    expect(await test.batches.list({ limit: 10 })).toMatchObject({ batches: [] });
  });
});
