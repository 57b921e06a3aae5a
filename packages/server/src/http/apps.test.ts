/** Applications over HTTP: what is found, and what is refused and how. */
import { ACTION_TIMEOUT_SECS, UPDATE_TIMEOUT_SECS } from '@ops/protocol/http/apps.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { exampleId } from '../events/test-feeds.ts';
import { exampleClient } from '../events/test-fleet.ts';
import { startTrial, TOKEN } from './test-server.ts';
import type { Answer, Trial } from './test-server.ts';

const ONLINE = exampleClient(1);
const OFFLINE = exampleClient(2, 'offline');
const BARE = exampleClient(3);
const byToken = { authorization: `Bearer ${TOKEN}` };
const inEnglish = { 'accept-language': 'en' };

const SHOP = {
  name: 'My-Shop',
  version: 'v1.0.0',
  deploy_time: '2025-08-30 10:00:00',
  branch: 'main',
  commit: 'abc123',
  service_status: 'Running',
  pid: 4711,
  has_script: true,
} as const;
const MAIL = { name: 'mail', service_status: 'Stopped', has_script: true } as const;
const NOTES = { name: 'notes', service_status: 'Unknown', has_script: false } as const;

let trial: Trial;
let clock: ManualClock;

beforeEach(async () => {
  clock = new ManualClock();
  trial = await startTrial({ clock });
  for (const client of [ONLINE, OFFLINE, BARE]) trial.fleet.put(client);
  trial.fleet.setApps(ONLINE.id, [SHOP, MAIL, NOTES]);
  trial.fleet.setApps(OFFLINE.id, [MAIL]);
});
afterEach(() => trial.close());

const get = (path: string): Promise<Answer> => trial.ask(path, { headers: byToken });

function manage(body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return trial.ask('/api/manage-service', {
    headers: { ...byToken, ...headers },
    body: { client_id: ONLINE.id, app_name: 'My-Shop', action: 'Start', ...body },
  });
}

function update(body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return trial.ask('/api/update-app', {
    headers: { ...byToken, ...headers },
    body: { client_id: ONLINE.id, app_name: 'My-Shop', version: 'v1.1.0', ...body },
  });
}

/** Names found by client, in order. */
async function found(query: string): Promise<Record<string, string[]>> {
  const { json } = await get(`/api/apps?${query}`);
  const clients: [string, { apps: { name: string }[] }][] = Object.entries(Object(json['client_apps']));
  return Object.fromEntries(clients.map(([id, { apps }]) => [id, apps.map(({ name }) => name)]));
}

describe('the applications', () => {
  it('are listed by client, as the manual shows them, and as they were last seen of one that is offline', async () => {
    const { status, json } = await get('/api/apps');
    expect([status, json]).toEqual([
      200,
      {
        client_apps: {
          [ONLINE.id]: {
            client_id: ONLINE.id,
            hostname: 'host-00001',
            status: 'online',
            readonly: false,
            apps: [SHOP, MAIL, NOTES],
          },
          [OFFLINE.id]: {
            client_id: OFFLINE.id,
            hostname: 'host-00002',
            status: 'offline',
            readonly: false,
            apps: [MAIL],
          },
          [BARE.id]: {
            client_id: BARE.id,
            hostname: 'host-00003',
            status: 'online',
            readonly: false,
            apps: [],
          },
        },
        next_cursor: null,
      },
    ]);
  });

  it('are found by client, by a part of the name in any case, by connection and by status', async () => {
    expect(await found(`client_id=${OFFLINE.id}`)).toEqual({ [OFFLINE.id]: ['mail'] });
    expect(await found('name=SHOP')).toEqual({ [ONLINE.id]: ['My-Shop'] });
    expect(await found('name=ai')).toEqual({ [ONLINE.id]: ['mail'], [OFFLINE.id]: ['mail'] });
    expect(await found('connection=offline')).toEqual({ [OFFLINE.id]: ['mail'] });
    expect(await found('status=Unknown')).toEqual({ [ONLINE.id]: ['notes'] });
    expect(await found('status=Stopped&connection=online')).toEqual({ [ONLINE.id]: ['mail'] });
    expect(await found(`name=shop&client_id=${OFFLINE.id}`)).toEqual({});
    expect(await found(`client_id=${exampleClient(9).id}`)).toEqual({});
  });

  it('come page by page', async () => {
    const first = await get('/api/apps?limit=2');
    expect(Object.keys(Object(first.json['client_apps']))).toEqual([ONLINE.id, OFFLINE.id]);
    expect(await found(`limit=2&cursor=${String(first.json['next_cursor'])}`)).toEqual({ [BARE.id]: [] });
  });

  it.each(['status=running', 'connection=late', 'client_id=x', 'limit=0', 'cursor=nonsense'])(
    'refuse %s',
    async (query) => {
      expect((await get(`/api/apps?${query}`)).status).toBe(400);
    },
  );
});

describe('an action', () => {
  it.each(['Start', 'Stop', 'Restart', 'Status'] as const)(
    '%s answers with its id and the words of the manual, and has a time of its own',
    async (action) => {
      const { status, json } = await manage({ action });
      expect([status, json]).toEqual([200, { command_id: exampleId(1), message: '命令已发送到客户端' }]);
      expect(trial.commands.asked).toEqual([
        {
          by: { actor: 'token', role: 'operator', address: '127.0.0.1' },
          request: {
            work: { kind: 'service', appName: 'My-Shop', action },
            ran: null,
            targets: [{ clientId: ONLINE.id, hostname: ONLINE.hostname }],
            timeoutSecs: ACTION_TIMEOUT_SECS[action],
            queueSecs: undefined,
            idempotency: undefined,
          },
        },
      ]);
    },
  );

  it('may be given its time', async () => {
    await manage({ timeout_secs: 7 });
    await update({ timeout_secs: 3600 });
    expect(trial.commands.asked.map(({ request }) => request.timeoutSecs)).toEqual([7, 3600]);
    expect((await update({ timeout_secs: 3601 })).status).toBe(400);
  });

  it('of an update names the version', async () => {
    const { status, json } = await update({});
    expect([status, json]).toEqual([200, { command_id: exampleId(1), message: '命令已发送到客户端' }]);
    expect(trial.commands.asked[0]?.request).toMatchObject({
      work: { kind: 'update', appName: 'My-Shop', version: 'v1.1.0' },
      timeoutSecs: UPDATE_TIMEOUT_SECS,
    });
  });

  it.each(['-rf', '--help', '../v1', 'v1 v2', 'v1;id', 'v1\n', '', 'v'.repeat(65)])(
    'takes no version like %j',
    async (version) => {
      const { status, json } = await update({ version });
      expect([status, json['field']]).toEqual([400, 'body.version']);
    },
  );

  it.each(['../etc', '-x', '.hidden', 'a/b', 'a b', ''])('takes no app like %j', async (app_name) => {
    const { status, json } = await manage({ app_name });
    expect([status, json['field']]).toEqual([400, 'body.app_name']);
  });

  it('knows four words', async () => {
    for (const action of ['start', 'Kill', 'update']) {
      expect(await manage({ action })).toMatchObject({ status: 400 });
    }
  });

  it('needs a client and an app that exist, by its exact name', async () => {
    const nowhere = await manage({ client_id: exampleClient(9).id });
    expect([nowhere.status, nowhere.json['code']]).toEqual([404, 'client_not_found']);
    for (const app_name of ['my-shop', 'shop']) {
      const nothing = await manage({ app_name }, inEnglish);
      expect([nothing.status, nothing.json['code'], nothing.json['message']]).toEqual([
        404,
        'app_not_found',
        'There is no such app on this client',
      ]);
    }
    expect(trial.commands.asked).toEqual([]);
  });

  it('on an offline client is refused, unless it may wait', async () => {
    const mail = { client_id: OFFLINE.id, app_name: 'mail' };
    const refused = await manage(mail);
    expect([refused.status, refused.json['code']]).toEqual([409, 'client_offline']);
    expect(trial.commands.asked).toEqual([]);
    const queued = await manage({ ...mail, queue_secs: 60 }, inEnglish);
    expect(queued.json['message']).toBe('The client is offline: the command waits for it');
    expect(trial.commands.asked[0]?.request).toMatchObject({ queueSecs: 60 });
  });

  it('on a readonly host is refused and written down', async () => {
    trial.fleet.limit(ONLINE.id, { readonly: true, commands: [], script_dirs: [], script_extensions: [] });
    const { status, json } = await manage({}, inEnglish);
    expect(status).toBe(422);
    expect(json).toMatchObject({ code: 'command_rejected', rule: 'NOT_ALLOWED', refused_by: 'host' });
    expect(json['reason']).toContain('readonly');
    expect((await update({})).status).toBe(422);
    expect(trial.commands.asked).toEqual([]);
    const entries = await trial.database.query
      .selectFrom('audit')
      .select(['target', 'outcome', 'detail'])
      .where('action', '=', 'command_refused')
      .execute();
    expect(entries).toHaveLength(2);
    expect(entries[0]).toMatchObject({ target: ONLINE.id, outcome: 'refused' });
    expect(JSON.parse(entries[0]!.detail)).toMatchObject({ command: 'Start My-Shop', refused_by: 'host' });
  });

  it('without a script is refused, except to look', async () => {
    const { status, json } = await manage({ app_name: 'notes' }, inEnglish);
    expect([status, json['code']]).toEqual([422, 'command_rejected']);
    expect(json['reason']).toContain('put an executable notes.sh into its directory');
    expect((await update({ app_name: 'notes' })).status).toBe(422);
    expect((await manage({ app_name: 'notes', action: 'Status' })).status).toBe(200);
  });

  it('sent twice with one key is one', async () => {
    const headers = { 'idempotency-key': 'one' };
    const first = await manage({}, headers);
    trial.fleet.setApps(ONLINE.id, []);
    expect((await manage({}, headers)).json).toEqual(first.json);
    expect(trial.commands.asked).toHaveLength(1);
    const other = await manage({ action: 'Stop' }, headers);
    expect([other.status, other.json['code']]).toEqual([409, 'idempotency_key_reused']);
    const elsewhere = await update({}, headers);
    expect([elsewhere.status, elsewhere.json['code']]).toEqual([409, 'idempotency_key_reused']);
  });

  it('is activity of whoever asks', async () => {
    const cookie = `session_id=${await trial.signIn()}`;
    const left = async (): Promise<unknown> =>
      (await trial.ask('/api/check-auth', { headers: { cookie } })).json['expires_in_secs'];
    clock.advance(600_000);
    expect(await left()).toBe(3000);
    await trial.ask('/api/manage-service', {
      headers: { cookie },
      body: { client_id: ONLINE.id, app_name: 'mail', action: 'Stop' },
    });
    expect(await left()).toBe(3600);
    clock.advance(600_000);
    await trial.ask('/api/apps', { headers: { cookie } });
    expect(await left()).toBe(3000);
  });
});
