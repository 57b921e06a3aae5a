/** Applications on their whole way: a client tells of them, somebody acts on one, everybody sees it. */
import { describe, expect, it } from 'vitest';

import { MAX_APPS } from '@ops/protocol/domain/app.ts';
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { FakeClient } from '@ops/testkit/fake-client.ts';
import { until } from '@ops/testkit/until.ts';

import { startWholeServer } from './test-whole-server.ts';
import type { EventLog, Reply, WholeServer } from './test-whole-server.ts';

const STOPPED: AppInfo = {
  name: 'my-app',
  version: 'v1.0.0',
  deploy_time: '2025-08-30 10:00:00',
  branch: 'main',
  commit: 'abc123',
  service_status: 'Stopped',
  has_script: true,
};
const RUNNING: AppInfo = { ...STOPPED, service_status: 'Running', pid: 4711 };

const withApps = (server: WholeServer, apps: AppInfo[] = [STOPPED]): Promise<FakeClient> =>
  server.enter({}, { app_info: apps });

function manage(server: WholeServer, client: FakeClient, action: string): Promise<Reply> {
  return server.ask('/api/manage-service', { client_id: client.clientId, app_name: 'my-app', action });
}

async function appsOf(server: WholeServer, client: FakeClient): Promise<unknown> {
  const { body } = await server.ask(`/api/apps?client_id=${client.clientId}`);
  return Object(Object(body['client_apps'])[client.clientId]).apps;
}

function sees(
  log: EventLog,
  what: string,
  passes: (data: Record<string, unknown>) => boolean,
): Promise<unknown> {
  return until(() => log.seen.find(([name, data]) => name === 'app' && passes(data)), { what });
}

describe('an application', () => {
  it('is listed as its client tells, and changes are seen by everybody', async () => {
    await using server = await startWholeServer();
    const client = await withApps(server);
    expect(await appsOf(server, client)).toEqual([STOPPED]);
    const [all, ofClient, ofOther] = await Promise.all([
      server.follow('topics=app'),
      server.follow(`client_id=${client.clientId}`),
      server.follow('topics=app&client_id=00000000-0000-4000-8000-000000000000'),
    ]);
    client.send({ type: 'app_info', app_info: [RUNNING] });
    const expected = { client_id: client.clientId, apps: [RUNNING] };
    for (const log of [all, ofClient])
      await sees(log, 'the app to run', (data) => JSON.stringify(data) === JSON.stringify(expected));
    expect(await appsOf(server, client)).toEqual([RUNNING]);
    client.destroy();
    const late = await withApps(server);
    await sees(all, 'the apps of a client that is new', (data) => data['client_id'] === late.clientId);
    expect(ofOther.seen.map(([name]) => name)).not.toContain('app');
    expect(await appsOf(server, client)).toEqual([RUNNING]);
  });

  it('more of which than an event may hold are told of without them', async () => {
    await using server = await startWholeServer();
    const client = await withApps(server, []);
    const log = await server.follow('topics=app');
    const apps = Array.from({ length: MAX_APPS }, (_, n) => ({ ...RUNNING, name: `app-${n}` }));
    client.send({ type: 'app_info', app_info: apps });
    await sees(log, 'the news', (data) => data['apps'] === null && data['client_id'] === client.clientId);
    expect(await appsOf(server, client)).toHaveLength(MAX_APPS);
    client.send({ type: 'app_info', app_info: apps.slice(0, 100) });
    await sees(log, 'the few', (data) => Array.isArray(data['apps']) && data['apps'].length === 100);
  });
});

describe('an action', () => {
  it('reaches its client as it was asked for; its output and end are those of a command', async () => {
    await using server = await startWholeServer();
    const client = await withApps(server);
    const { status, body } = await manage(server, client, 'Start');
    expect([status, body['message']]).toEqual([200, '命令已发送到客户端']);
    const service = await client.waitFor('service');
    expect(service).toMatchObject({ app_name: 'my-app', action: 'Start', timeout_secs: 60, seq: 1 });
    expect(service.command_id).toBe(body['command_id']);
    client.run(service.command_id, 'Service started with PID 4711\n');
    await client.waitFor('result_ack');
    const result = await server.ask(`/api/command-result?command_id=${service.command_id}`);
    expect(result.body).toMatchObject({
      Completed: {
        kind: 'service',
        command: 'Start my-app',
        ran: null,
        exit_code: 0,
        output: 'Service started with PID 4711\n',
      },
    });
  });

  it('of an update carries the version', async () => {
    await using server = await startWholeServer();
    const client = await withApps(server);
    const { status } = await server.ask('/api/update-app', {
      client_id: client.clientId,
      app_name: 'my-app',
      version: 'v1.1.0',
    });
    expect(status).toBe(200);
    expect(await client.waitFor('update')).toMatchObject({
      app_name: 'my-app',
      version: 'v1.1.0',
      timeout_secs: 600,
    });
  });

  it('is one at a time on an app, until it is over or cancelled', async () => {
    await using server = await startWholeServer();
    const client = await withApps(server);
    const replies = await Promise.all(
      ['Start', 'Stop', 'Restart', 'Status', 'Start'].map((action) => manage(server, client, action)),
    );
    const refused = replies.filter(({ status }) => status === 409);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(refused.map(({ body }) => body['code'])).toEqual(Array(4).fill('operation_in_progress'));
    const { command_id: id } = await client.waitFor('service');
    client.accept(id);
    await server.ask('/api/cancel-command', { command_id: id });
    await client.waitFor('cancel');
    expect((await manage(server, client, 'Stop')).status).toBe(409);
    client.run(id, '', { outcome: 'cancelled', exit_code: null });
    await client.waitFor('result_ack');
    expect((await manage(server, client, 'Stop')).status).toBe(200);
    expect(await client.waitFor('service')).toMatchObject({ action: 'Stop' });
  });

  it('on a host that is readonly never reaches it', async () => {
    await using server = await startWholeServer();
    const policy = { readonly: true, commands: [], script_dirs: [], script_extensions: [] };
    const client = await server.enter({}, { app_info: [STOPPED], policy });
    const { status, body } = await manage(server, client, 'Start');
    expect([status, body['code'], body['refused_by']]).toEqual([422, 'command_rejected', 'host']);
    await client.heartbeat();
    expect(client.messages('service')).toEqual([]);
  });

  it('on an app that is gone, or a client that is away, is refused', async () => {
    await using server = await startWholeServer();
    const client = await withApps(server);
    client.send({ type: 'app_info', app_info: [] });
    await client.heartbeat();
    expect(await manage(server, client, 'Start')).toMatchObject({
      status: 404,
      body: { code: 'app_not_found' },
    });
    client.send({ type: 'app_info', app_info: [STOPPED] });
    await client.heartbeat();
    client.destroy();
    await until(async () => (await manage(server, client, 'Status')).status === 409, {
      what: 'the client to be offline',
    });
  });
});
