/** A real server and real clients, each with the application `shop`, for tests of what opsctl does with them. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { startClient } from '@ops/testkit/start-client.ts';
import type { RunningClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';

import { appScript } from '../../../scripts/app-script.ts';
import { opsctl } from './opsctl.ts';
import { testTerminal } from './test-terminal.ts';
import type { TestTerminal } from './test-terminal.ts';

const TOKEN = 'a-token-of-the-test-that-is-long-enough-0123456789';
/** A version with `bad` in its name cannot be had; one with `frail` ends two seconds after its start. */
const FUNCTIONS = `
run_service() { exec ./service; }
fetch_version() {
  local last='exec sleep 300'
  case $1 in *bad*) echo "there is no $1"; return 1 ;; *frail*) last='sleep 2; exit 1' ;; esac
  printf '#!/bin/bash\\n%s\\n' "$last" >"$2/service"
  chmod 755 "$2/service"
}
`;

export interface Called {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface Host {
  readonly id: string;
  readonly app: string;
  readonly client: RunningClient;
}

export interface Fleet extends AsyncDisposable {
  readonly hosts: readonly Host[];
  /** With a terminal of its own unless one is given. */
  call(args: readonly string[], terminal?: TestTerminal): Promise<Called>;
  json(args: readonly string[]): Promise<unknown>;
  /** VERSION on each host. */
  versions(): readonly string[];
}

function script(directory: string, ...args: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const env = { PATH: '/usr/bin:/bin' };
    execFile(join(directory, 'shop.sh'), [...args], { env }, () => resolve());
  });
}

/** @param labels of each client, and how many there are */
export async function startFleet(labels: readonly string[]): Promise<Fleet> {
  const temp = await tempDirectory('opsctl-fleet');
  const server = await startServer({ env: { OPS_AUTH_TOKEN: TOKEN } });
  const hosts = await Promise.all(
    labels.map(async (label): Promise<Host> => {
      const client = await startClient({ server: { port: server.tcpPort }, env: { OPS_LABELS: label } });
      const app = join(client.directory, 'apps/shop');
      mkdirSync(app);
      writeFileSync(join(app, 'shop.sh'), appScript(FUNCTIONS), { mode: 0o755 });
      await script(app, 'update', 'v1');
      await script(app, 'start');
      return { id: readFileSync(join(client.directory, 'client_id.txt'), 'utf8').trim(), app, client };
    }),
  );
  const call: Fleet['call'] = async (args, terminal = testTerminal()) => {
    const env = { OPS_URL: server.url, XDG_CONFIG_HOME: temp.path, OPS_AUTH_TOKEN: TOKEN };
    const status = await opsctl({ args, terminal, env });
    return { status, out: terminal.stdout(), err: terminal.stderr() };
  };
  const seen = async (): Promise<boolean> =>
    (await call(['apps', 'shop', '--status', 'running'])).out.split(' v1 ').length === labels.length + 1;
  await until(seen, { within: 20_000, what: 'every application to be seen' });
  return {
    hosts,
    call,
    json: async (args) => JSON.parse((await call([...args, '--json'])).out) as unknown,
    versions: () => hosts.map(({ app }) => readFileSync(join(app, 'VERSION'), 'utf8').trim()),
    async [Symbol.asyncDispose]() {
      for (const { app, client } of hosts) {
        if (client.program.isRunning) await client.program.stop();
        await script(app, 'stop');
        await client[Symbol.asyncDispose]();
      }
      await server[Symbol.asyncDispose]();
      await temp.remove();
    },
  };
}
