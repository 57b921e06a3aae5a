/**
 * `npm start`: the whole product on this machine. One server, on loopback unless configured otherwise, one client for
 * this very host, and sample applications; Ctrl-C stops all, client first, so that the server sees it leave and nobody
 * starts an application any more.
 *
 *   starting ──both there──► running ──signal, or one of them ends──► stopping ──► exit
 *
 * Each child has a process group of its own: the terminal's Ctrl-C reaches this program only, once.
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { systemExec } from '@ops/runtime/exec.ts';
import type { Child } from '@ops/runtime/exec.ts';

import { buildConsoleIfStale } from './console-build.ts';
import { openSampleApps } from './sample-apps.ts';

const ROOT = join(import.meta.dirname, '..');
const WINDOWS = process.platform === 'win32';

/** The server says `ops-server listening http=3000 tcp=12345 url=…` when it is ready. */
const LISTENING = /^ops-server listening http=\d+ tcp=(\d+) /;
/** Before that, where authentication is on and the server made the secret itself. */
const SECRET_FILE = /^ops-server authentication=on secret_file=(.+)$/;

/** The client says so when the server has taken it. */
const CONNECTED = /^ops-client connected /;

const running: { name: string; child: Child }[] = [];
let stopping = false;

function startProgram(
  name: 'ops-server' | 'ops-client',
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Child {
  const main = join(ROOT, 'packages', name.slice('ops-'.length), 'src/main.ts');
  const [file, given] = WINDOWS ? [process.execPath, [main, ...args]] : [join(ROOT, 'bin', name), args];
  const child = systemExec.spawn(file, given, {
    cwd: process.cwd(),
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  running.push({ name, child });
  void child.exited.then((end) => {
    if (stopping) return;
    const how =
      end.kind === 'exited'
        ? `status ${end.code}`
        : end.kind === 'signalled'
          ? end.signal
          : String(end.error);
    console.error(`${name} ended unexpectedly (${how}); stopping`);
    void stop(end.kind === 'exited' && end.code !== 0 ? end.code : 1);
  });
  return child;
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  const [server, client] = running;
  client?.child.signal('SIGTERM');
  await client?.child.exited;
  await samples?.stop();
  server?.child.signal('SIGTERM');
  await server?.child.exited;
  process.exit(code);
}

/** Shows what a program prints, and tells each line. */
function follow(child: Child, onLine: (line: string) => void): void {
  const lines = createInterface({ input: child.stdout! });
  lines.on('line', (line) => {
    console.log(line);
    onLine(line);
  });
}

const samples = await openSampleApps({ argv: [], env: process.env, cwd: process.cwd() });

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));

try {
  await buildConsoleIfStale();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await stop(1);
}

if (!stopping) startAll();

function startAll(): void {
  let secretFile: string | undefined;
  const server = startProgram('ops-server', process.argv.slice(2), process.env);
  follow(server, (line) => {
    secretFile = SECRET_FILE.exec(line)?.[1] ?? secretFile;
    const port = LISTENING.exec(line)?.[1];
    if (port === undefined || stopping) return;
    if (samples) console.log(`Sample applications: ${samples.directory}`);
    void samples?.start();
    const env = {
      ...process.env,
      ...(secretFile !== undefined && { OPS_TCP_AUTH_SECRET_FILE: secretFile }),
      ...(samples && { OPS_APPS_BASE_DIR: samples.directory }),
    };
    const client = startProgram('ops-client', ['--host', '127.0.0.1', '--port', port], env);
    follow(client, (said) => {
      if (CONNECTED.test(said)) void samples?.update();
    });
  });
}
