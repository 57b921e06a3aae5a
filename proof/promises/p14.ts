/**
 * P14: programs of this version and of an earlier one work together: the earlier client with this server and the
 * reverse, the earlier opsctl as well; then server and client of a running host are replaced, in this order.
 *
 * The earlier version comes out of the history of the repository, so this is no part of `npm test`.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { repositoryRoot, startProgram } from '@ops/testkit/child-program.ts';
import { until } from '@ops/testkit/until.ts';

import { appScript } from '../../scripts/app-script.ts';
import { unpackRelease } from '../earlier-release.ts';
import { executionCounts, expectedErrorOutput, expectedOutput } from '../ground-truth.ts';
import { atLeast, exactly, scaled } from '../promise.ts';
import type { Finding, Proof } from '../promise.ts';
import { startStage, TOKEN } from '../stage.ts';
import type { Stage } from '../stage.ts';

const run = promisify(execFile);

const AT_ONCE = 8;
const APP = 'greeter';
/** A change of an app is shown within three seconds; a busy machine is given more. */
const SHOWN_WITHIN_MS = 15_000;
/** A command runs this long while the server starts again. */
const SLEEP_SECS = 2;
const QUEUE_SECS = 120;

/** Of opsctl, where it has them. */
const VERBS = [
  ['hosts'],
  ['run', '--all', '--yes', '--', 'whoami'],
  ['history'],
  ['apps'],
  ['rollouts'],
] as const;

interface Programs {
  readonly server: string;
  readonly client: string;
  readonly ctl: string;
}

/** Programs, and what may be asked of them. */
interface Pairing extends Programs {
  readonly hasApps: boolean;
  readonly verbs: readonly (readonly string[])[];
  /** The server is upgraded first: an opsctl newer than it, which misses fields of its answers, is no promise. */
  readonly isPromised: boolean;
}

const versionIn = (root: string): Pairing => ({
  server: join(root, 'packages/server/src/main.ts'),
  client: join(root, 'packages/client/src/main.ts'),
  ctl: join(root, 'packages/ctl/src/main.ts'),
  hasApps: existsSync(join(root, 'packages/client/src/apps')),
  verbs: VERBS.filter(([verb]) => existsSync(join(root, `packages/ctl/src/commands/${verb}.ts`))),
  isPromised: true,
});

/** Of the command with this number. */
const lines = (index: number): number => 1 + (index % 40);

/** What happens around the first of some commands: before it is sent, and as soon as it is. */
interface Around {
  readonly before?: () => Promise<void>;
  readonly after?: () => Promise<void>;
  readonly sleepSecs?: number;
}

/** How many of so many commands ended with the right output and ran exactly once, by what they wrote themselves. */
async function rightCommands(
  { api, truth, hosts }: Stage,
  count: number,
  { before, after, sleepSecs = 0 }: Around = {},
): Promise<number> {
  const clientId = hosts[0]!.clientId;
  const send = (index: number, secs = 0): Promise<string> =>
    api.mustSend(clientId, truth.command({ lines: lines(index), sleepSecs: secs }), {
      queueSecs: QUEUE_SECS,
    });
  const isRight = async (id: string, index: number): Promise<boolean> => {
    const { state, body } = await api.final(id);
    return (
      state === 'Completed' &&
      body.exit_code === 0 &&
      body.output === expectedOutput(id, lines(index)) &&
      body.error_output === expectedErrorOutput(id) &&
      (await executionCounts(truth)).get(id) === 1
    );
  };
  await before?.();
  const first = await send(0, sleepSecs);
  await after?.();
  const results = [await isRight(first, 0)];
  while (results.length < count) {
    const next = Array.from(
      { length: Math.min(AT_ONCE, count - results.length) },
      (_, i) => results.length + i,
    );
    results.push(...(await Promise.all(next.map(async (index) => isRight(await send(index), index)))));
  }
  return results.filter(Boolean).length;
}

/** What an app is to be after each action. */
const APP_STEPS = [
  [{ version: 'v1' }, { version: 'v1', service_status: 'Stopped' }],
  [{ action: 'Start' }, { version: 'v1', service_status: 'Running' }],
  [{ version: 'v2' }, { version: 'v2', service_status: 'Running' }],
  [{ action: 'Restart' }, { version: 'v2', service_status: 'Running' }],
  [{ action: 'Stop' }, { version: 'v2', service_status: 'Stopped' }],
] as const;

/** How many actions on an app were carried out, and seen. */
async function appSteps({ api, hosts }: Stage): Promise<number> {
  const { directory, clientId } = hosts[0]!;
  const folder = join(directory, 'apps', APP);
  await mkdir(folder, { recursive: true });
  const functions = await readFile(join(repositoryRoot, 'scripts/sample-app.sh'), 'utf8');
  const script = join(folder, `${APP}.sh`);
  await writeFile(script, appScript(functions), { mode: 0o755 });
  const shows = (expected: Readonly<Record<string, string>>): Promise<unknown> =>
    until(
      async () =>
        (await api.apps(clientId)).some(
          (app) =>
            app.name === APP && Object.entries(expected).every(([key, value]) => Object(app)[key] === value),
        ),
      { within: SHOWN_WITHIN_MS, every: 100, what: `${APP} to be ${JSON.stringify(expected)}` },
    );
  let done = 0;
  try {
    await shows({ service_status: 'Stopped' });
    for (const [wish, expected] of APP_STEPS) {
      const sent = await api.act({ client_id: clientId, app_name: APP, ...wish });
      if (sent.type !== 'ok')
        throw new Error(`${JSON.stringify(wish)} was not sent: ${JSON.stringify(sent)}`);
      const { state, body } = await api.final(sent.value);
      if (state !== 'Completed' || body.exit_code !== 0) continue;
      await shows(expected);
      done++;
    }
  } finally {
    // An app outlives its client: nothing of it may outlive this.
    await run('/bin/bash', [script, 'stop'], { cwd: folder });
  }
  return done;
}

/** How many verbs of opsctl end with 0. */
async function ctlVerbs(
  { server, directory }: Stage,
  { ctl: file, verbs }: Pairing,
  say: (line: string) => void,
): Promise<number> {
  let right = 0;
  for (const args of verbs) {
    const program = await startProgram({
      file,
      args,
      env: { OPS_URL: server.url, OPS_AUTH_TOKEN: TOKEN, HOME: directory },
    });
    const { code } = await program.exited;
    if (code === 0) right++;
    else say(`opsctl ${args.join(' ')}: status ${code}: ${program.lines.slice(-3).join(' | ')}`);
  }
  return right;
}

/** The first command waits for a client that is away. @param file another release of it from now on */
function restartingClient({ hosts: [host] }: Stage, file?: string): Around {
  return {
    before: () => host!.stop(),
    after: () => host!.start(file === undefined ? {} : { file }),
  };
}

/** The first command runs on while there is no server, and ends. */
function restartingServer(stage: Stage, file?: string): Around {
  return {
    sleepSecs: SLEEP_SECS,
    async after() {
      await stage.stopServer();
      await stage.startServer(undefined, file);
    },
  };
}

/** @param count of commands: some before, some while and after the client, and the server, starts again */
async function together(
  what: string,
  pairing: Pairing,
  count: number,
  say: (line: string) => void,
): Promise<Finding[]> {
  await using stage = await startStage({
    hosts: 1,
    serverFile: pairing.server,
    clientFile: pairing.client,
  });
  await stage.allOnline();
  const third = Math.floor(count / 3);
  let right = await rightCommands(stage, count - 2 * third);
  right += await rightCommands(stage, third, restartingClient(stage));
  right += await rightCommands(stage, third, restartingServer(stage));
  await stage.allOnline();
  say(`${what}: ${right}/${count} commands`);
  return [
    exactly(`${what}: commands that ran once, with the right output`, right, count),
    exactly(`${what}: hosts after a restart of each`, (await stage.api.clients()).size, 1),
    ...(pairing.hasApps
      ? [exactly(`${what}: actions on an app, done and seen`, await appSteps(stage), APP_STEPS.length)]
      : []),
    atLeast(
      `${what}: verbs of opsctl`,
      await ctlVerbs(stage, pairing, say),
      '',
      pairing.verbs.length,
      pairing.isPromised ? pairing.verbs.length : 0,
    ),
  ];
}

/** The order of every upgrade: first the server, on its data, then the client, on its own. */
async function upgraded(earlier: Programs, now: Programs, count: number): Promise<Finding[]> {
  const what = 'upgraded in place';
  await using stage = await startStage({ hosts: 1, serverFile: earlier.server, clientFile: earlier.client });
  await stage.allOnline();
  const third = Math.floor(count / 3);
  let right = await rightCommands(stage, count - 2 * third);
  right += await rightCommands(stage, third, restartingServer(stage, now.server));
  right += await rightCommands(stage, third, restartingClient(stage, now.client));
  await stage.allOnline();
  return [
    exactly(`${what}: commands that ran once, with the right output`, right, count),
    exactly(`${what}: commands in the history`, (await stage.api.allCommands()).length, count),
    exactly(`${what}: hosts`, (await stage.api.clients()).size, 1),
  ];
}

/** @param against a tag or commit; default: the newest tag, else the commit before */
export function proofOfVersions({ against }: { readonly against?: string | undefined }): Proof {
  return {
    id: 'P14',
    promise: 'this version and an earlier one work together',
    async run({ scale, say }) {
      await using release = await unpackRelease(against);
      say(`against ${release.name}; ${release.changed} files of the programs have changed since`);
      const count = scaled(scale, 20, 100);
      const earlier = versionIn(release.path);
      const now = versionIn(repositoryRoot);
      const { hasApps, verbs } = earlier;
      const forwards = { ...earlier, server: now.server };
      const backwards = { ...now, server: earlier.server, hasApps, verbs, isPromised: false };
      return [
        ...(await together('earlier client and opsctl, this server', forwards, count, say)),
        ...(await together('this client and opsctl, earlier server', backwards, count, say)),
        ...(await upgraded(earlier, now, count)),
      ];
    },
  };
}
