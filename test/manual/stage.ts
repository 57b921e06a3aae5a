/**
 * Where the commands of the manual are run: a directory that looks like a checkout, with a real server and a real client on free
 * ports. A command is run by bash as the page has it, less what would leave this directory; `REPLACED` is all that is changed.
 */
import { copyFile, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { pinnedNode, repositoryRoot, startProgram } from '@ops/testkit/child-program.ts';
import type { RunningProgram } from '@ops/testkit/child-program.ts';
import { freePort } from '@ops/testkit/free-port.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';

import { appScript } from '../../scripts/app-script.ts';

const TOKEN = 'token-for-scripts-0123456789abcdef';
const SECRET = 'the secret that all clients share, long enough';
const COMMAND_WITHIN_MS = 30_000;

/** Applications of the examples: a version is a line of a file. */
const APP_FUNCTIONS = `
run_service() { exec sleep 300; }
fetch_version() { :; }
`;
const APPS = ['my-app', 'shop'] as const;

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

type Json = Record<string, unknown>;

export interface Stage extends AsyncDisposable {
  readonly directory: string;
  /** What stands for `client-uuid` and the like, learned on the way. */
  readonly known: Map<string, string>;
  /** As it is run here. */
  here(text: string): string;
  /** To its end, in the state that earlier lines of its block left behind. */
  run(line: string, before: readonly string[]): Promise<Ended>;
  /** Goes on until it is stopped. */
  start(line: string, before: readonly string[]): Promise<RunningProgram>;
  ask(path: string): Promise<Json>;
  /** Of a command or an action, when it is over. */
  ending(id: string): Promise<Json>;
}

/** Lines that change what a shell is, not the world: they are put before the lines that follow them in their block. */
export const isState = (line: string): boolean => /^(export|umask|cd) /.test(line) && !line.includes('&&');

async function layOutApps(directory: string): Promise<void> {
  for (const name of APPS) {
    const folder = join(directory, 'apps', name);
    await mkdir(folder, { recursive: true, mode: 0o755 });
    await writeFile(join(folder, `${name}.sh`), appScript(APP_FUNCTIONS), { mode: 0o755 });
    const facts = { VERSION: 'v1.0.0', BRANCH: 'main', COMMIT: 'abc123' };
    for (const [file, text] of Object.entries(facts)) await writeFile(join(folder, file), `${text}\n`);
  }
  // Of a name that is none: the log says why it is not shown.
  await mkdir(join(directory, 'apps', 'no app'), { mode: 0o755 });
}

async function layOut(directory: string): Promise<void> {
  for (const name of ['bin', 'deploy', 'config.example.toml', 'client-config.example.toml'])
    await symlink(join(repositoryRoot, name), join(directory, name));
  for (const folder of ['etc/ops', 'backups', 'backups-of-cron', 'fresh', 'origin'])
    await mkdir(join(directory, folder), { recursive: true, mode: 0o700 });
  const secrets = { 'auth-token': TOKEN, 'shared-secret': SECRET, password: 'admin123' };
  for (const [file, text] of Object.entries(secrets))
    await writeFile(join(directory, 'etc/ops', file), `${text}\n`, { mode: 0o600 });
  await writeFile(join(directory, 'etc/ops/client.toml'), '[client]\n', { mode: 0o600 });
  await layOutApps(directory);
  // Something to clone.
  await copyFile(join(repositoryRoot, 'LICENSE'), join(directory, 'origin/LICENSE'));
  const git = ['init -q', 'add LICENSE', '-c user.name=ops -c user.email=ops@localhost commit -qm license'];
  for (const line of git) {
    const program = await startProgram({
      file: '/usr/bin/git',
      args: ['-C', join(directory, 'origin'), ...line.split(' ')],
    });
    await program.exited;
  }
}

export async function setTheStage(): Promise<Stage> {
  await using all = new AsyncDisposableStack();
  const place = all.use(await tempDirectory('manual'));
  const directory = place.path;
  await layOut(directory);
  const secretFile = join(directory, 'etc/ops/shared-secret');
  const server = all.use(
    await startServer({
      directory,
      env: {
        OPS_AUTH_TOKEN_FILE: join(directory, 'etc/ops/auth-token'),
        OPS_TCP_AUTH_ENABLED: 'true',
        OPS_TCP_AUTH_SECRET_FILE: secretFile,
      },
    }),
  );
  const client = {
    OPS_CLIENT_DATA_DIR: join(directory, 'client-data'),
    OPS_CLIENT_ID_FILE: join(directory, 'client_id.txt'),
    OPS_APPS_BASE_DIR: join(directory, 'apps'),
    OPS_COMMAND_LOG_FILE: join(directory, 'client_commands.log'),
  };
  all.use(
    await startClient({
      directory,
      server: { port: server.tcpPort },
      env: {
        ...client,
        OPS_TCP_AUTH_SECRET_FILE: secretFile,
        OPS_LABELS: 'env=prod',
        OPS_HEARTBEAT_INTERVAL: '1',
      },
    }),
  );
  const running = all.move();

  const settings: Readonly<Record<string, string>> = {
    PATH: `${dirname(pinnedNode())}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: directory,
    LANG: 'C.UTF-8',
    TOKEN,
    OPS_URL: server.url,
    OPS_HTTP_PORT: String(server.httpPort),
    OPS_TCP_PORT: String(server.tcpPort),
    OPS_DATA_DIR: join(directory, 'data'),
    OPS_LOG_DIR: join(directory, 'logs'),
    OPS_TCP_AUTH_ENABLED: 'true',
    OPS_TCP_AUTH_SECRET_FILE: secretFile,
    OPS_SERVER_PORT: String(server.tcpPort),
    ...client,
  };
  const [trialTcp, trialHttp] = [await freePort(), await freePort()];
  const known = new Map<string, string>();

  /** In this order. */
  const REPLACED: readonly (readonly [string | RegExp, () => string])[] = [
    [/http(s:\/\/ops\.example\.com|:\/\/localhost:3000)/g, () => server.url],
    ['ops.example.com', () => '127.0.0.1'],
    ['SERVER/', () => '127.0.0.1/'],
    ['10.0.0.50', () => '127.0.0.1'],
    ['0.0.0.0', () => '127.0.0.1'],
    ['12345', () => String(server.tcpPort)],
    ['12346', () => String(trialTcp)],
    ['3003', () => String(trialHttp)],
    ['sudo -u ops ', () => ''],
    [/\/var\/backups\/ops\/ops-backup-\d+-\d+\.tar/g, () => known.get('backup') ?? 'none'],
    // Another place than the next line's: their names tell the second only.
    ['/var/backups/ops --keep', () => `${join(directory, 'backups-of-cron')} --keep`],
    ['/var/backups/ops', () => join(directory, 'backups')],
    ['/var/lib/ops/data', () => join(directory, 'restored')],
    ['/var/log/ops', () => join(directory, 'logs')],
    ['/etc/ops', () => join(directory, 'etc/ops')],
    ['/tmp/apps', () => join(directory, 'apps')],
    ['/tmp/ops.cookie', () => join(directory, 'ops.cookie')],
    ['/tmp/client_commands.log', () => client.OPS_COMMAND_LOG_FILE],
    ['<repository-url>', () => join(directory, 'origin')],
    [/(client|command|rollout)-uuid/g, () => ''],
    // What a person types when asked.
    [
      'bin/opsctl login',
      () => `bin/opsctl login --username admin --password-file ${directory}/etc/ops/password`,
    ],
    [/^bin\/opsctl rollout shop /g, () => 'bin/opsctl rollout shop --yes --soak 1 '],
    // Else curl ends well whatever the answer is.
    [/^curl -s /g, () => 'curl -s --fail-with-body --max-time 20 '],
  ];

  const here = (text: string): string =>
    REPLACED.reduce(
      (so, [what, by]) => so.replaceAll(what, (found: string) => known.get(found) ?? by()),
      text,
    );

  let fresh = 0;
  /** A program that is started beside those of the stage has an identity and data of its own. */
  async function apart(): Promise<Record<string, string>> {
    const folder = join(directory, 'fresh', String(++fresh));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return {
      OPS_HTTP_PORT: '0',
      OPS_TCP_PORT: '0',
      OPS_DATA_DIR: join(folder, 'data'),
      OPS_LOG_DIR: join(folder, 'logs'),
      OPS_CLIENT_DATA_DIR: join(folder, 'client-data'),
      OPS_CLIENT_ID_FILE: join(folder, 'client_id.txt'),
      OPS_COMMAND_LOG_FILE: join(folder, 'commands.log'),
    };
  }

  async function begin(
    line: string,
    before: readonly string[],
    more: Record<string, string>,
  ): Promise<RunningProgram> {
    // Whoever reads its input gets the secret, as if it were pasted.
    const text = [`exec <'${secretFile}'`, ...before.map((each) => here(each)), here(line)].join('\n');
    // Given in two ways it is a fault.
    const given = /OPS_TCP_AUTH_SECRET|OPS_ENROL_TOKEN/.test(text);
    const kept = Object.entries({ ...settings, ...more }).filter(
      ([name]) => !given || !name.startsWith('OPS_TCP_AUTH'),
    );
    return startProgram({
      file: '/bin/bash',
      args: ['-c', text],
      cwd: directory,
      env: Object.fromEntries(kept),
    });
  }

  const ask = async (path: string): Promise<Json> => {
    const response = await fetch(server.url + path, { headers: { authorization: `Bearer ${TOKEN}` } });
    return (await response.json()) as Json;
  };
  const id = await until(async () => Object.keys((await ask('/api/clients'))['clients'] as Json)[0], {
    what: 'the client',
  });
  known.set('client-uuid', id);

  return {
    directory,
    known,
    here,
    ask,
    async run(line, before) {
      const program = await begin(line, before, /\b(enrol|new-identity)\b/.test(line) ? await apart() : {});
      const late = AbortSignal.timeout(COMMAND_WITHIN_MS);
      late.addEventListener('abort', () => program.signal('SIGKILL'));
      const { code } = await program.exited;
      return { code, out: program.lines.join('\n') };
    },
    start: async (line, before) => begin(line, before, await apart()),
    ending: (command) =>
      until(
        async () => {
          const result = await ask(`/api/command-result?command_id=${command}`);
          const [state, facts] = Object.entries(result)[0] ?? [];
          return /^(Pending|Executing)$/.test(state ?? '') ? undefined : (facts as Json);
        },
        { within: COMMAND_WITHIN_MS, what: `${command} to end` },
      ),
    async [Symbol.asyncDispose]() {
      for (const name of APPS) {
        const stop = await startProgram({
          file: join(directory, 'apps', name, `${name}.sh`),
          args: ['stop'],
        });
        await stop.exited;
      }
      await running.disposeAsync();
    },
  };
}

/** The newest backup of the stage. */
export async function newestBackup({ directory }: Pick<Stage, 'directory'>): Promise<string> {
  const names = (await readdir(join(directory, 'backups'))).filter((name) => name.endsWith('.tar'));
  return join(directory, 'backups', names.toSorted().at(-1) ?? 'none');
}
