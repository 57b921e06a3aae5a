/** Every command of every chapter of the manual, typed into a shell beside a real server and a real client. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PREDEFINED } from '@ops/policy/predefined.ts';
import { loadServerConfig } from '@ops/server/config.ts';
import { until } from '@ops/testkit/until.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { manualPages } from '../../scripts/manual-pages.ts';
import { resembles } from '../manual/answers.ts';
import { isElsewhere } from '../manual/elsewhere.ts';
import { commandsOf, typedSpans } from '../manual/manual-text.ts';
import type { Commands } from '../manual/manual-text.ts';
import { isState, newestBackup, setTheStage } from '../manual/stage.ts';
import type { Stage } from '../manual/stage.ts';

type Json = Record<string, unknown>;

/** Commands that go on until somebody ends them, by the line that shows that they do what they are for. */
const STAY: readonly (readonly [RegExp, RegExp])[] = [
  [/wrong-secret-456/, /\[ERROR\] Client connection error: Authentication failed/],
  [/^(\S+=\S+ )*bin\/ops-server$/, /^ops-server listening/],
  [/^(\S+=\S+ )*bin\/ops-client( --(host|port|config) \S+)*$/, /ops-client connected/],
  [/^curl -sN /, /^event: ready/],
];

let stage: Stage;

beforeAll(async () => {
  stage = await setTheStage();
}, 60_000);
afterAll(() => stage[Symbol.asyncDispose]());

/** What has to be true after a command, beyond its status. */
const AFTERWARDS: readonly (readonly [RegExp, (out: string) => Promise<void>])[] = [
  [/^git clone/, async () => expect(existsSync(join(stage.directory, 'ops/LICENSE'))).toBe(true)],
  [
    /app-template\.sh/,
    () =>
      until(
        async () => {
          const { client_apps: all } = (await stage.ask('/api/apps')) as {
            client_apps: Record<string, { apps: Json[] }>;
          };
          const app = all[stage.known.get('client-uuid')!]?.apps.find(({ name }) => name === 'test-app');
          return app?.['version'] === 'v1.0.0' && app['branch'] === 'main' && app['has_script'] === true;
        },
        { within: 10_000, what: 'the application to be shown' },
      ).then(() => {}),
  ],
  [
    /tokens create/,
    async (out) => {
      expect(out).toMatch(/^\S{20,}$/m);
      const token = out.split('\n').find((line) => /^\S{20,}$/.test(line))!;
      await writeFile(join(stage.directory, 'etc/ops/enrol-token'), `${token}\n`, { mode: 0o600 });
    },
  ],
  [/ backup --to /, async () => void stage.known.set('backup', await newestBackup(stage))],
  [/ restore /, async () => expect(existsSync(join(stage.directory, 'restored/ops.db'))).toBe(true)],
  [/ health$/, async (out) => expect(out).toContain('healthy')],
  [/\/health$/, async (out) => expect(JSON.parse(out)).toMatchObject({ status: 'healthy' })],
  [/grep '\^ops_clients'/, async (out) => expect(out).toMatch(/^ops_clients\{state="online"\} \d+$/m)],
  [/\/dev\/tcp/, async (out) => expect(out).toBe('open')],
  [/^ss -tlnp/, async (out) => expect(out).toContain('LISTEN')],
  [
    /doctor --json/,
    async (out) =>
      expect(JSON.parse(out)).toMatchObject({ program: expect.stringMatching(/^ops-(server|client)$/) }),
  ],
  [
    /send-command|manage-service|update-app|roll-back-app/,
    async (out) => {
      const id = String((JSON.parse(out) as Json)['command_id']);
      stage.known.set('command-uuid', id);
      expect(await stage.ending(id)).toMatchObject({ exit_code: 0 });
    },
  ],
  [
    /api\/rollouts$/,
    async (out) => void stage.known.set('rollout-uuid', String((JSON.parse(out) as Json)['rollout_id'])),
  ],
  // A batch that is sent again with its key answers with the same ids.
  [
    /Idempotency-Key/,
    async (out) => {
      const again = await stage.run(commandsWith('Idempotency-Key'), []);
      expect(JSON.parse(again.out)).toEqual(JSON.parse(out));
    },
  ],
];

const pages = manualPages('en');

function commandsWith(part: string): string {
  return pages
    .flatMap(({ text }) => commandsOf(text))
    .flatMap(({ lines }) => lines)
    .find((line) => line.includes(part))!;
}

/** What a line needs that another page has, by a part of that line. */
const NEEDED: readonly (readonly [RegExp, readonly string[]])[] = [
  [/ enrol /, ['opsctl login', 'tokens create']],
  [/ tokens create/, ['opsctl login']],
  [/^bin\/opsctl /, ['opsctl login']],
];

/** The same line twice changes nothing: once is enough, unless lines before it set the scene. */
const typed = new Set<string>();

/** @returns what it wrote; undefined when it was typed before */
async function endsWell(line: string, before: readonly string[]): Promise<string | undefined> {
  const whole = [...before, line].join('\n');
  if (typed.has(whole)) return undefined;
  typed.add(whole);
  const [, needed = []] = NEEDED.find(([pattern]) => pattern.test(line)) ?? [];
  for (const part of needed) await endsWell(commandsWith(part), []);
  const { code, out } = await stage.run(line, before);
  expect([line, code, out]).toEqual([line, 0, out]);
  for (const [pattern, holds] of AFTERWARDS) if (pattern.test(line)) await holds(out);
  return out;
}

/** @returns where the answer is not the one that is shown */
async function everyLine({ lines, answer }: Commands): Promise<string[]> {
  await using going = new AsyncDisposableStack();
  const before: string[] = [];
  let out: string | undefined;
  for (const line of lines) {
    if (isElsewhere(line)) continue;
    const [, shows] = STAY.find(([pattern]) => pattern.test(line)) ?? [];
    if (shows) {
      const program = await stage.start(line, before);
      // When its block is over: what follows in it may need it.
      going.defer(async () => void (await program.stop()));
      await program.line(shows, { within: 25_000 });
    } else out = await endsWell(line, before);
    if (isState(line)) before.push(line);
  }
  if (answer === undefined || out === undefined) return [];
  return resembles(JSON.parse(stage.here(answer)), JSON.parse(out));
}

const withCommands = pages.filter(({ text }) => commandsOf(text).length > 0);

describe.each(withCommands)('the commands of $name', ({ text }) => {
  beforeAll(async () => {
    if (text.includes('-b /tmp/ops.cookie')) await stage.run(commandsWith('/api/login'), []);
  });

  it.each(commandsOf(text).map((block) => [block.lines[0]!, block] as const))(
    '%s …',
    async (_first, block) => expect(await everyLine(block)).toEqual([]),
    60_000,
  );
});

describe('in the middle of sentences', () => {
  const SETTING = /^export (OPS_[A-Z_]+)=(\S+)$/;
  const blocks = new Set(pages.flatMap(({ text }) => commandsOf(text)).flatMap(({ lines }) => lines));
  const predefined = new Set(PREDEFINED.flatMap(({ commands }) => commands.map(({ command }) => command)));
  const spans = new Set(pages.flatMap(({ text }) => typedSpans(text)));
  const left = [...spans].filter(
    (span) => !blocks.has(span) && !blocks.has(`bin/${span}`) && !isElsewhere(span) && !predefined.has(span),
  );

  it.each(left.filter((span) => SETTING.test(span)))('%s is accepted', async (span) => {
    const [, name, value] = SETTING.exec(span)!;
    const loaded = await loadServerConfig({ argv: [], env: { [name!]: value }, cwd: stage.directory });
    expect(loaded).toMatchObject({ kind: 'settings', warnings: [] });
  });

  it.each(left.filter((span) => !SETTING.test(span)))('%s works', async (span) => {
    const ended = await stage.run(span.replace(/(^|; )(ops-|opsctl)/g, '$1bin/$2'), []);
    expect([ended.code, ended.out]).toEqual([0, ended.out]);
  });
});
