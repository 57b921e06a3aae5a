/** Commands over HTTP: what is refused and how, what a command looks like, its output by page and as a file. */
import { MAX_TIMEOUT_SECS } from '@ops/protocol/domain/command.ts';
import { commandResult } from '@ops/protocol/http/commands.ts';
import { decode } from '@ops/protocol/schema.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { exampleCommand, exampleId } from '../events/test-feeds.ts';
import { exampleClient } from '../events/test-fleet.ts';
import { BACKUP, startTrial, TOKEN } from './test-server.ts';
import type { Answer, Trial } from './test-server.ts';

const ONLINE = exampleClient(1);
const OFFLINE = exampleClient(2, 'offline');
const byToken = { authorization: `Bearer ${TOKEN}` };
const inEnglish = { 'accept-language': 'en' };

let trial: Trial;
let clock: ManualClock;

beforeEach(async () => {
  clock = new ManualClock();
  trial = await startTrial({ clock });
  trial.fleet.put(ONLINE);
  trial.fleet.put(OFFLINE);
});
afterEach(() => trial.close());

function send(body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return trial.ask('/api/send-command', {
    headers: { ...byToken, ...headers },
    body: { client_id: ONLINE.id, command: 'uptime', ...body },
  });
}

const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  trial.ask(path, { headers: { ...byToken, ...headers } });

describe('to send a command', () => {
  it('answers with its id and the words of the manual', async () => {
    const { status, json } = await send({ command: '  ps   aux ' });
    expect([status, json]).toEqual([200, { command_id: exampleId(1), message: '命令已发送到客户端' }]);
    expect(trial.commands.asked).toEqual([
      {
        by: { actor: 'token', role: 'operator', address: '127.0.0.1' },
        request: {
          work: { kind: 'command', command: 'ps   aux' },
          ran: 'ps aux',
          targets: [{ clientId: ONLINE.id, hostname: ONLINE.hostname }],
          timeoutSecs: 30,
          queueSecs: undefined,
          idempotency: undefined,
        },
      },
    ]);
  });

  it('needs a client that exists', async () => {
    const { status, json } = await send({ client_id: exampleClient(9).id });
    expect([status, json['code']]).toEqual([404, 'client_not_found']);
  });

  it('to an offline client is refused, unless it may wait', async () => {
    const refused = await send({ client_id: OFFLINE.id });
    expect([refused.status, refused.json['code']]).toEqual([409, 'client_offline']);
    expect(trial.commands.asked).toEqual([]);
    const queued = await send({ client_id: OFFLINE.id, queue_secs: 60 }, inEnglish);
    expect(queued.json['message']).toBe('The client is offline: the command waits for it');
    expect(trial.commands.asked[0]?.request).toMatchObject({ queueSecs: 60 });
  });

  it.each([
    ['rm -rf /', 'DANGEROUS', 'rm'],
    ['ls | wc', 'BAD_CHARACTER', '|'],
    ['  ', 'EMPTY', ''],
    [`ls ${'x'.repeat(1024)}`, 'TOO_LONG', ''],
    ['vim', 'NOT_ALLOWED', 'vim'],
  ])('%j is refused by rule %s and written down', async (command, rule, token) => {
    const { status, json } = await send({ command }, inEnglish);
    expect(status).toBe(422);
    expect(json).toMatchObject({ code: 'command_rejected', rule, token, refused_by: 'server' });
    expect(json['message']).toBe(`The command is not allowed by the policy: ${String(json['reason'])}`);
    expect((await send({ command })).json['reason']).toMatch(/[一-龥]/);
    expect(trial.commands.asked).toEqual([]);
    const entries = await trial.database.query
      .selectFrom('audit')
      .select(['actor', 'target', 'outcome', 'detail'])
      .where('action', '=', 'command_refused')
      .execute();
    expect(entries).toHaveLength(2);
    expect(entries[0]).toMatchObject({ actor: 'token', target: ONLINE.id, outcome: 'refused' });
    expect(JSON.parse(entries[0]!.detail)).toEqual({ command, rule, token, refused_by: 'server' });
  });

  it("is refused when the host's own policy would refuse it", async () => {
    trial.fleet.limit(ONLINE.id, {
      readonly: false,
      commands: ['uptime'],
      script_dirs: [],
      script_extensions: [],
    });
    const { status, json } = await send({ command: 'df -h' });
    expect(status).toBe(422);
    expect(json).toMatchObject({ rule: 'NOT_ALLOWED', token: 'df', refused_by: 'host' });
    expect((await send({ command: 'uptime' })).status).toBe(200);
    trial.fleet.limit(ONLINE.id, {
      readonly: true,
      commands: ['uptime'],
      script_dirs: [],
      script_extensions: [],
    });
    expect((await send({})).json).toMatchObject({ code: 'command_rejected', refused_by: 'host' });
  });

  it.each([
    [1, 200],
    [MAX_TIMEOUT_SECS, 200],
    [0, 400],
    [MAX_TIMEOUT_SECS + 1, 400],
    [1.5, 400],
  ])('may take %s s: %i', async (timeout_secs, status) => {
    expect((await send({ timeout_secs })).status).toBe(status);
  });

  it('of the configuration may take as long as that says', async () => {
    const most = BACKUP.maxSecs!;
    expect((await send({ command: 'backup now', timeout_secs: most })).status).toBe(200);
    const { status, json } = await send({ command: 'backup now', timeout_secs: most + 1 });
    expect([status, json['field']]).toEqual([400, 'body.timeout_secs']);
  });

  it('keeps the session of its user alive, as cancelling does; to look does not', async () => {
    const headers = { cookie: `session_id=${await trial.signIn()}` };
    const left = async (): Promise<unknown> =>
      (await trial.ask('/api/check-auth', { headers })).json['expires_in_secs'];
    clock.advance(1_000_000);
    await trial.ask('/api/commands', { headers });
    await trial.ask(`/api/command-result?command_id=${exampleId(1)}`, { headers });
    await trial.ask('/api/check-command', { headers, body: { command: 'uptime' } });
    expect(await left()).toBe(2600);
    await trial.ask('/api/send-command', { headers, body: { client_id: ONLINE.id, command: 'uptime' } });
    expect(await left()).toBe(3600);
    clock.advance(1_000_000);
    await trial.ask('/api/cancel-command', { headers, body: { command_id: exampleId(1) } });
    expect(await left()).toBe(3600);
  });
});

const key = (text: string): Record<string, string> => ({ 'idempotency-key': text });

function sendBody(body: object, headers: Record<string, string>): Promise<Answer> {
  return trial.ask('/api/send-command', { headers: { ...byToken, ...headers }, body });
}

describe('a request that is repeated with its key', () => {
  it('is answered as before and makes nothing, also when its client is offline by now', async () => {
    const first = await send({}, key('one'));
    trial.fleet.put({ ...ONLINE, status: 'offline' });
    const second = await send({}, key('one'));
    expect([second.status, second.json['command_id']]).toEqual([200, first.json['command_id']]);
    expect(trial.commands.asked).toHaveLength(1);
    expect(trial.commands.asked[0]?.request.idempotency).toMatchObject({ key: 'one' });
  });

  it('may have its fields in another order, but no others', async () => {
    const { id: client_id } = ONLINE;
    expect((await sendBody({ client_id, command: 'uptime' }, key('two'))).status).toBe(200);
    expect((await sendBody({ command: 'uptime', client_id }, key('two'))).status).toBe(200);
    const other = await sendBody({ client_id, command: 'df' }, key('two'));
    expect([other.status, other.json['code']]).toEqual([409, 'idempotency_key_reused']);
  });

  it.each([['x'], ['x'.repeat(128)], ['!~']])('may be %j', async (text) => {
    expect((await send({}, key(text))).status).toBe(200);
  });

  it.each([['x'.repeat(129)], ['a b'], ['ümlaut'], ['']])('may not be %j', async (text) => {
    const { status, json } = await send({}, key(text));
    expect([status, json['field']]).toEqual([400, 'headers.idempotency-key']);
  });

  it('may not come twice in one request', async () => {
    const answer = await trial.ask('/api/send-command', {
      headers: { ...byToken, 'idempotency-key': ['a', 'b'] },
      body: { client_id: ONLINE.id, command: 'uptime' },
    });
    expect(answer.status).toBe(400);
  });
});

describe('the result of a command', () => {
  it.each(['Pending', 'Executing', 'Completed', 'Timeout', 'Failed', 'Cancelled'] as const)(
    'that is %s has exactly one key, its state',
    async (state) => {
      trial.commands.put(exampleCommand(1, { state }));
      const { status, json } = await get(`/api/command-result?command_id=${exampleId(1)}`);
      expect([status, Object.keys(json)]).toEqual([200, [state]]);
      expect(decode(commandResult.answer, json)).toEqual(json);
    },
  );

  it('holds what the manual promises, times as the manual has them', async () => {
    const times = { executed_at_ms: 1_767_225_600_250, finished_at_ms: 1_767_225_600_300, duration_ms: 50 };
    trial.commands.put(
      exampleCommand(1, { state: 'Completed', command: 'ps  aux', ran: 'ps aux', exit_code: 0, ...times }),
      { stdout: Buffer.from('主机\n'), stderr: Buffer.from([0x6f, 0xff]) },
    );
    const { json } = await get(`/api/command-result?command_id=${exampleId(1)}`);
    expect(json['Completed']).toMatchObject({
      command: 'ps  aux',
      ran: 'ps aux',
      exit_code: 0,
      output: '主机\n',
      error_output: 'o\u{fffd}',
      output_truncated: false,
      executed_at: { secs_since_epoch: 1_767_225_600, nanos_since_epoch: 250_000_000 },
      finished_at: { secs_since_epoch: 1_767_225_600, nanos_since_epoch: 300_000_000 },
      duration_ms: 50,
    });
  });

  it('marks the gap in its output, in the language of who asks', async () => {
    const command = exampleCommand(1, { state: 'Completed', output_truncated: true });
    trial.commands.put(command, { stdout: Buffer.from('headtail') }, { at: 4, bytes: 99 });
    const { text } = await get(`/api/command-result?command_id=${exampleId(1)}`, inEnglish);
    expect(text).toContain(String.raw`head\n… 99 bytes are left out here …\ntail`);
  });

  it.each(['/api/command-result', '/api/command-output', '/api/command-output/download'])(
    '%s: there is none of a command that does not exist',
    async (path) => {
      const { status, json } = await get(`${path}?command_id=${exampleId(9)}`);
      expect([status, json['code']]).toEqual([404, 'command_not_found']);
    },
  );
});

describe('to cancel a command', () => {
  it.each([
    ['Pending', 200, 'cancelled'],
    ['Executing', 200, 'requested'],
    ['Completed', 409, 'command_over'],
  ] as const)('that is %s answers %i, %s', async (state, status, word) => {
    trial.commands.put(exampleCommand(1, { state }));
    const answer = await trial.ask('/api/cancel-command', {
      headers: byToken,
      body: { command_id: exampleId(1) },
    });
    expect([answer.status, answer.json['outcome'] ?? answer.json['code']]).toEqual([status, word]);
  });

  it('that nobody knows answers 404', async () => {
    const answer = await trial.ask('/api/cancel-command', {
      headers: byToken,
      body: { command_id: exampleId(1) },
    });
    expect(answer.status).toBe(404);
  });
});

async function ids(query: string): Promise<unknown> {
  return JSON.stringify((await get(`/api/commands${query}`)).json['commands']).match(/(?<="id":")[^"]+/g);
}

describe('the history', () => {
  it('is listed, newest first, and can be asked for one command', async () => {
    for (const n of [1, 2, 3]) trial.commands.put(exampleCommand(n));
    expect(await ids('?limit=2')).toEqual([exampleId(3), exampleId(2)]);
    expect(await ids(`?command_id=${exampleId(2)}`)).toEqual([exampleId(2)]);
    expect(await ids(`?command_id=${exampleId(9)}`)).toBeNull();
    expect((await get('/api/commands?cursor=0')).status).toBe(200);
    expect((await get('/api/commands?cursor=abc')).json['field']).toBe('query.cursor');
  });
});

function page(query: string): Promise<Answer> {
  return get(`/api/command-output?command_id=${exampleId(1)}${query}`);
}

describe('output', () => {
  it('comes by pages that end between characters', async () => {
    trial.commands.put(exampleCommand(1, { state: 'Completed', stdout_bytes: 8 }), {
      stdout: Buffer.from('ab主机'),
      stderr: Buffer.from('oops'),
    });
    expect((await page('&limit=4')).json).toMatchObject({ text: 'ab', next_offset: 2, kept_bytes: 8 });
    expect((await page('&offset=2&limit=4')).json).toMatchObject({ offset: 2, text: '主', next_offset: 5 });
    expect((await page('&offset=5')).json).toMatchObject({
      text: '机',
      next_offset: 8,
      complete: true,
      total_bytes: 8,
    });
    expect((await page('&stream=stderr')).json).toMatchObject({ stream: 'stderr', text: 'oops' });
  });

  it('of a running command has no end yet', async () => {
    trial.commands.put(exampleCommand(1, { state: 'Executing' }), {
      stdout: Buffer.from('a主').subarray(0, 2),
    });
    expect((await page('')).json).toMatchObject({
      text: 'a',
      next_offset: 1,
      kept_bytes: 2,
      total_bytes: null,
      complete: false,
    });
  });

  it('comes as a file, byte for byte, under a harmless name', async () => {
    const bytes = Buffer.from([0, 0xff, 0x80, 0x0a, 0x1b]);
    const command = exampleCommand(1, { hostname: '../..\\"evil"\r\nx: y主机', command: 'ls -la /etc' });
    trial.commands.put(command, { stdout: bytes });
    const response = await fetch(`${trial.url}/api/command-output/download?command_id=${exampleId(1)}`, {
      headers: byToken,
    });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="evil-x-y-ls--la-etc-00000001-stdout.txt"',
      'x-content-type-options': 'nosniff',
    });
  });
});

describe('the policy', () => {
  it('offers the predefined commands of the manual by category, in the language of who asks', async () => {
    const zh = await get('/api/predefined-commands');
    expect(zh.text).toContain('系统信息');
    for (const command of [
      'ps aux',
      'whoami',
      'date',
      'uptime',
      'free -h',
      'df -h',
      'top -n 1',
      'netstat -tlnp',
      'ls -la',
      'systemctl status',
      'backup now',
    ]) {
      expect(zh.text).toContain(`"command":"${command}"`);
    }
    expect((await get('/api/predefined-commands', inEnglish)).text).not.toMatch(/[一-龥]/);
  });

  it('is asked about a command without a trace', async () => {
    const check = async (command: string): Promise<unknown> =>
      (await trial.ask('/api/check-command', { headers: { ...byToken, ...inEnglish }, body: { command } }))
        .json;
    const before = (await trial.audited()).length;
    expect(await check(' top  -n 1')).toEqual({
      allowed: true,
      ran: 'top -b -n 1',
      max_timeout_secs: MAX_TIMEOUT_SECS,
      refusal: null,
    });
    expect(await check('backup now')).toMatchObject({ max_timeout_secs: BACKUP.maxSecs });
    expect(await check('reboot')).toMatchObject({
      allowed: false,
      ran: null,
      refusal: { rule: 'DANGEROUS', token: 'reboot' },
    });
    expect(await trial.audited()).toHaveLength(before);
  });
});
