/** Batches over HTTP: how targets are named, what is refused and how, and that every answer is what the table says. */
import { createBatch, DEFAULT_CONCURRENCY, getBatch, previewBatch } from '@ops/protocol/http/batches.ts';
import { decode } from '@ops/protocol/schema.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HOST_POLICY, testBatches, type TestBatches } from '../batches/test-batches.ts';
import { idOf } from '../fleet/test-fleet.ts';
import { startTrial, TOKEN } from './test-server.ts';
import type { Answer, Trial } from './test-server.ts';

const byToken = { authorization: `Bearer ${TOKEN}` };
const inEnglish = { 'accept-language': 'en' };
const NOBODY = idOf(999);

let test: TestBatches;
let trial: Trial;

beforeEach(async () => {
  test = await testBatches();
  trial = await startTrial({ clock: new ManualClock(), needs: { batches: test.batches } });
  for (let n = 1; n <= 3; n++) test.connect(n);
});
afterEach(async () => {
  await trial.close();
  await test[Symbol.asyncDispose]();
});

function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return trial.ask(path, { headers: { ...byToken, ...headers }, body });
}

const get = (path: string): Promise<Answer> => trial.ask(path, { headers: byToken });
const run = (body: object, headers?: Record<string, string>): Promise<Answer> =>
  post('/api/batch-commands', { command: 'uptime', ...body }, headers);

async function finished(body: object = { all: true }): Promise<string> {
  test.hosts.habit = (n) => ({ exitCode: n === 3 ? 1 : 0, stdout: n === 3 ? '=1+1' : 'up' });
  const batchId = String((await run(body)).json['batch_id']);
  await test.finished(batchId);
  return batchId;
}

describe('to run a command on many clients', () => {
  it('answers with the batch and the command of each client', async () => {
    const { status, json } = await run({ client_ids: [idOf(1), idOf(2)] });
    expect(status).toBe(200);
    const answer = decode(createBatch.answer, json);
    expect(answer.message).toBe('批量命令已开始');
    expect(Object.keys(answer.command_ids)).toEqual([idOf(1), idOf(2)]);
    expect(await test.batch(answer.batch_id)).toMatchObject({
      created_by: 'token',
      concurrency: DEFAULT_CONCURRENCY,
      timeout_secs: 30,
      selection: { kind: 'ids' },
    });
  });

  it('takes a selector, and what else there is to say', async () => {
    const body = {
      selector: 'env=prod',
      timeout_secs: 5,
      queue_secs: 60,
      concurrency: 1,
      stop_after_failures: 2,
    };
    const { json } = await run(body, inEnglish);
    expect(json['message']).toBe('The batch has begun');
    expect(await test.batch(String(json['batch_id']))).toMatchObject({
      selection: { kind: 'selector', selector: 'env=prod' },
      timeout_secs: 5,
      queue_secs: 60,
      concurrency: 1,
      stop_after_failures: 2,
      targets: 3,
    });
  });

  it('S-3 is refused unless exactly one thing is named, and never means everything', async () => {
    const wrong = [
      {},
      { all: true, selector: 'env=prod' },
      { all: true, selector: 'env=prod', client_ids: [idOf(1)] },
      { client_ids: [] },
      { client_ids: ['*'] },
      { all: false },
      { selector: '' },
      { selector: '*' },
    ];
    for (const body of wrong) {
      for (const path of ['/api/batch-commands', '/api/batch-commands/preview']) {
        const { status, json } = await post(path, { command: 'uptime', ...body });
        expect([body, status, json['code']]).toEqual([body, 400, 'invalid_request']);
        expect(json['field']).toMatch(/^body\./);
      }
    }
    expect(test.hosts.started).toEqual([]);
  });

  it('names the clients that are not known', async () => {
    const { status, json } = await run({ client_ids: [idOf(1), NOBODY] });
    expect([status, json['code'], json['field']]).toEqual([404, 'client_not_found', 'body.client_ids']);
    expect(json['message']).toBe(`没有这个客户端：${NOBODY}`);
  });

  it('refuses what the policy refuses, with rule and token, and when nobody is meant', async () => {
    const refused = await run({ all: true, command: 'rm -rf /' }, inEnglish);
    expect(refused.status).toBe(422);
    expect(refused.json).toMatchObject({ code: 'command_rejected', rule: 'DANGEROUS', refused_by: 'server' });
    const nobody = await run({ selector: 'env=none' });
    expect([nobody.status, nobody.json['code']]).toEqual([422, 'no_targets']);
  });

  it('is done once for one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'again' };
    const first = await run({ all: true }, headers);
    expect((await run({ all: true }, headers)).json).toEqual(first.json);
    const other = await run({ selector: 'env=prod' }, headers);
    expect([other.status, other.json['code']]).toEqual([409, 'idempotency_key_reused']);
    expect(test.hosts.started).toHaveLength(3);
  });
});

describe('a preview', () => {
  it('counts what will happen and names each host with its reason', async () => {
    test.connect(4, { policy: { ...HOST_POLICY, commands: ['ls'] } });
    test.disconnect(1);
    const body = { command: 'uptime', client_ids: [idOf(1), idOf(2), idOf(3), idOf(4), NOBODY] };
    const { json } = await post('/api/batch-commands/preview', body, inEnglish);
    const answer = decode(previewBatch.answer, json);
    expect(answer).toMatchObject({
      refusal: null,
      ran: 'uptime',
      targets: 4,
      counts: { will_run: 2, offline: 1, refused_by_host: 1, queued: 0 },
      unknown_ids: [NOBODY],
    });
    expect(answer.hosts.map(({ verdict }) => verdict)).toEqual([
      'offline',
      'refused_by_host',
      'will_run',
      'will_run',
    ]);
    expect(answer.hosts[1]!.refusal).toMatchObject({ rule: 'NOT_ALLOWED', token: 'uptime' });
  });

  it("gives the server's refusal in the language asked for", async () => {
    const { json } = await post('/api/batch-commands/preview', { command: 'rm -rf /', all: true });
    expect(json).toMatchObject({ ran: null, targets: 0, refusal: { rule: 'DANGEROUS', token: 'rm' } });
  });
});

describe('a batch', () => {
  it('is shown with its groups, its hosts and in the list', async () => {
    const batchId = await finished();
    const shown = decode(getBatch.answer, (await get(`/api/batches/${batchId}`)).json);
    expect(shown.groups.map(({ hosts, stdout }) => [hosts, stdout])).toEqual([
      [2, 'up'],
      [1, '=1+1'],
    ]);
    const hosts = await get(`/api/batches/${batchId}/hosts?status=nonzero&limit=10`);
    expect(hosts.json).toMatchObject({
      total: 1,
      hosts: [{ client_id: idOf(3) }],
      version: shown.batch.version,
    });
    const group = await get(`/api/batches/${batchId}/hosts?group=${shown.groups[0]!.key}&offset=1`);
    expect(group.json).toMatchObject({ total: 2, hosts: [{ client_id: idOf(2) }] });
    expect((await get('/api/batches?limit=1')).json).toMatchObject({
      batches: [{ id: batchId }],
      next_cursor: null,
    });
    expect((await get('/api/batches?cursor=nonsense')).json).toMatchObject({ field: 'query.cursor' });
  });

  it('is stopped once, and run again when it is over', async () => {
    const batchId = String((await run({ all: true, concurrency: 1 })).json['batch_id']);
    expect((await post(`/api/batches/${batchId}/rerun`, { which: 'all' })).status).toBe(409);
    const stopped = await post(`/api/batches/${batchId}/stop`, {});
    expect(stopped.json).toMatchObject({
      success: true,
      message: '批量命令已停止',
      batch: { stopped: 'user' },
    });
    await test.finished(batchId);
    const twice = await post(`/api/batches/${batchId}/stop`, {});
    expect([twice.status, twice.json['code']]).toEqual([409, 'command_over']);
    const again = await post(`/api/batches/${batchId}/rerun`, { which: 'failed' });
    expect(Object.keys(decode(createBatch.answer, again.json).command_ids)).toHaveLength(3);
  });

  it.each([
    ['csv', 'text/csv; charset=utf-8; header=present', `"'=1+1"`],
    ['jsonl', 'application/x-ndjson; charset=utf-8', '"stdout":"=1+1"'],
  ])('is exported as %s: a file to keep, not to show', async (format, type, part) => {
    const batchId = await finished();
    const { status, headers, text } = await get(`/api/batches/${batchId}/export?format=${format}`);
    expect([status, headers['content-type']]).toEqual([200, type]);
    expect(headers['content-disposition']).toBe(
      `attachment; filename="batch-${batchId.slice(0, 8)}.${format}"`,
    );
    expect(text).toContain(part);
  });

  it('that nobody knows is 404', async () => {
    const answers = await Promise.all([
      get(`/api/batches/${NOBODY}`),
      get(`/api/batches/${NOBODY}/hosts`),
      get(`/api/batches/${NOBODY}/export?format=csv`),
      post(`/api/batches/${NOBODY}/stop`, {}),
      post(`/api/batches/${NOBODY}/rerun`, { which: 'all' }),
    ]);
    for (const { status, json } of answers) expect([status, json['code']]).toEqual([404, 'batch_not_found']);
  });
});
