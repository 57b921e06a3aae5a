/** Applications as the manual shows them, with the real programs: its example directory, its script, its requests. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { startClient } from '@ops/testkit/start-client.ts';
import type { RunningClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { until } from '@ops/testkit/until.ts';

const run = promisify(execFile);
const TOKEN = 'token-for-scripts-0123456789abcdef';
const FINAL = ['Completed', 'Timeout', 'Failed', 'Cancelled'];
/** A change in the directory is shown within three seconds; a busy machine is given more. */
const SHOWN_WITHIN_MS = 10_000;

/** The manual's template. What differs are the two places it names: where apps are, and what the app is. */
const TEMPLATE = (apps: string, program: string): string => `#!/bin/bash
# app.sh - 应用管理脚本模板

APP_NAME="myapp"
PID_FILE="${apps}/$APP_NAME/$APP_NAME.pid"
LOG_FILE="${apps}/$APP_NAME/$APP_NAME.log"

case "$1" in
    start)
        if [ -f $PID_FILE ] && ps -p $(cat $PID_FILE) > /dev/null; then
            echo "Service is already running"
            exit 1
        fi
        echo "Starting $APP_NAME..."
        nohup ${program} > $LOG_FILE 2>&1 &
        echo $! > $PID_FILE
        echo "Service started with PID $(cat $PID_FILE)"
        ;;
    stop)
        if [ -f $PID_FILE ]; then
            PID=$(cat $PID_FILE)
            kill $PID
            rm -f $PID_FILE
            echo "Service stopped"
        else
            echo "Service is not running"
        fi
        ;;
    update)
        VERSION=$2
        if [ -z "$VERSION" ]; then
            echo "Usage: $0 update <version>"
            exit 1
        fi
        echo "Updating to version $VERSION..."
        # 实现更新逻辑
        echo $VERSION > VERSION
        echo "Update completed"
        ;;
    *)
        echo "Usage: $0 {start|stop|update <version>}"
        exit 1
        ;;
esac
`;

type Json = Record<string, unknown>;

let server: RunningServer;
let client: RunningClient;
let clientId: string;
let apps: string;

beforeAll(async () => {
  server = await startServer({ env: { OPS_AUTH_TOKEN: TOKEN } });
  client = await startClient({ server: { port: server.tcpPort }, env: { OPS_LABELS: 'env=prod' } });
  clientId = (await readFile(join(client.directory, 'client_id.txt'), 'utf8')).trim();
  apps = join(client.directory, 'apps');
});
afterAll(async () => {
  // A service outlives its client: it is stopped as it was started.
  await run(join(apps, 'myapp/myapp.sh'), ['stop'], { cwd: join(apps, 'myapp') }).catch(() => undefined);
  await client[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** By `curl`, as the manual asks. */
async function curl(path: string, body?: object): Promise<Json> {
  const more = body ? ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)] : [];
  const { stdout } = await run('curl', [
    '-s',
    '-H',
    `Authorization: Bearer ${TOKEN}`,
    ...more,
    server.url + path,
  ]);
  return JSON.parse(stdout) as Json;
}

function shows(name: string, expected: object): Promise<unknown> {
  return until(
    async () => {
      const { client_apps: all } = await curl(`/api/apps?client_id=${clientId}`);
      const list: Json[] = Object(Object(all)[clientId]).apps ?? [];
      const app = list.find((each) => each['name'] === name);
      return app && Object.entries(expected).every(([key, value]) => app[key] === value) ? app : undefined;
    },
    { within: SHOWN_WITHIN_MS, what: `${name} to be ${JSON.stringify(expected)}` },
  );
}

async function acts(path: string, body: object): Promise<readonly [string, Json]> {
  const answer = await curl(path, { client_id: clientId, app_name: 'myapp', ...body });
  expect(answer).toMatchObject({ message: '命令已发送到客户端' });
  return until(
    async () => {
      const result = await curl(`/api/command-result?command_id=${String(answer['command_id'])}`);
      const [entry] = Object.entries(result) as [string, Json][];
      return entry && FINAL.includes(entry[0]) ? entry : undefined;
    },
    { within: 30_000, what: `${JSON.stringify(body)} to end` },
  );
}

it('the test application of the manual appears by itself', async () => {
  await mkdir(join(apps, 'test-app'));
  await writeFile(join(apps, 'test-app/VERSION'), 'v1.0.0\n');
  await writeFile(join(apps, 'test-app/BRANCH'), 'main\n');
  await shows('test-app', { version: 'v1.0.0', branch: 'main', has_script: false });
  const answer = await curl('/api/manage-service', {
    client_id: clientId,
    app_name: 'test-app',
    action: 'Start',
  });
  expect(answer).toMatchObject({ success: false, code: 'command_rejected', refused_by: 'host' });
});

it("the manual's script starts, stops, restarts and updates, and what is shown is what is true", async () => {
  await mkdir(join(apps, 'myapp'));
  await writeFile(join(apps, 'myapp/VERSION'), 'v1.0.0\n');
  await writeFile(join(apps, 'myapp/myapp.sh'), TEMPLATE(apps, 'sleep 300'), { mode: 0o755 });
  await shows('myapp', { has_script: true, version: 'v1.0.0' });

  const [started, { exit_code: exitCode, output }] = await acts('/api/manage-service', { action: 'Start' });
  expect([started, exitCode]).toEqual(['Completed', 0]);
  expect(output).toContain('Service started with PID');
  await shows('myapp', { service_status: 'Running' });

  expect((await acts('/api/manage-service', { action: 'Restart' }))[0]).toBe('Completed');
  await shows('myapp', { service_status: 'Running' });

  expect((await acts('/api/update-app', { version: 'v1.1.0' }))[0]).toBe('Completed');
  await shows('myapp', { version: 'v1.1.0', service_status: 'Running' });

  expect((await acts('/api/manage-service', { action: 'Status' }))[0]).toBe('Completed');
  expect((await acts('/api/manage-service', { action: 'Stop' }))[0]).toBe('Completed');
  await shows('myapp', { service_status: 'Stopped' });
}, 90_000);

const releases = () => curl(`/api/releases?client_id=${clientId}&app_name=myapp`);

it('what versions it has had is on record, and it goes back to the one before', async () => {
  expect(await releases()).toMatchObject({
    releases: [
      { kind: 'update', version: 'v1.1.0', version_before: 'v1.0.0', outcome: 'succeeded', current: true },
      { kind: 'found', version: 'v1.0.0', created_by: null },
    ],
    rollback_version: 'v1.0.0',
  });
  const [ended, { exit_code: exitCode }] = await acts('/api/roll-back-app', {});
  expect([ended, exitCode]).toEqual(['Completed', 0]);
  await shows('myapp', { version: 'v1.0.0' });
  expect(await releases()).toMatchObject({ releases: [{ kind: 'rollback', version: 'v1.0.0' }, {}, {}] });
}, 60_000);

it("the manual's rollout is previewed, made, followed and rolled back", async () => {
  const what = { app_name: 'myapp', version: 'v1.1.0', selector: 'env=prod' };
  expect(await curl('/api/rollouts/preview', what)).toMatchObject({
    waves: [1],
    targets: 1,
    hosts: [{ client_id: clientId, wave: 0, reason: null, version: 'v1.0.0' }],
  });
  const waves = ['1', '10%', 'rest'];
  const { rollout_id: id } = await curl('/api/rollouts', {
    ...what,
    restart: true,
    waves,
    gate: { soak_secs: 1 },
  });
  const path = `/api/rollouts/${String(id)}`;
  const reached = (state: string) =>
    until(async () => Object((await curl(path))['rollout']).state === state, {
      within: 60_000,
      what: `the rollout to be ${state}`,
    });
  await reached('succeeded');
  await shows('myapp', { version: 'v1.1.0', service_status: 'Running' });
  expect(await curl(`${path}/hosts?state=failed`)).toMatchObject({ hosts: [], total: 0 });
  expect(await curl(`${path}/order`, { order: 'rollback' })).toMatchObject({ success: true });
  await reached('rolled_back');
  await shows('myapp', { version: 'v1.0.0' });
}, 150_000);
