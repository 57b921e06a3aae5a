/** `upgrade` and `upgrades` against a real server with a signed release, and scripted clients. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { putRelease, type PutRelease } from '@ops/testkit/signed-release.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { tempDirectory, type TempDirectory } from '@ops/testkit/temp-directory.ts';
import { startUpgradingClient } from '@ops/testkit/upgrading-client.ts';
import type { UpgradingClient, UpgradingClientOptions } from '@ops/testkit/upgrading-client.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { opsctl } from '../opsctl.ts';
import { testTerminal } from '../test-terminal.ts';
import type { TestTerminal } from '../test-terminal.ts';

const API_TOKEN = 'a-token-of-the-test-that-is-long-enough-0123456789';
const OLD = { version: '1.0.0', commit: 'a', released_at: 1 };

let server: RunningServer;
let home: TempDirectory;
let shelf: TempDirectory;
let release: PutRelease;

beforeAll(async () => {
  home = await tempDirectory('opsctl-upgrade');
  shelf = await tempDirectory('shelf');
  release = await putRelease(shelf.path);
  server = await startServer({ env: { OPS_AUTH_TOKEN: API_TOKEN, OPS_CLIENT_FILES_DIR: shelf.path } });
  await writeFile(join(home.path, 'password'), 'admin123\n', { mode: 0o600 });
  await call(['login', '-u', 'admin', '--password-file', join(home.path, 'password')]);
}, 60_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await home.remove();
  await shelf.remove();
});

async function call(
  args: readonly string[],
  terminal: TestTerminal = testTerminal(),
  env: Readonly<Record<string, string>> = {},
) {
  const { path } = home;
  const own = { HOME: path, XDG_STATE_HOME: path, XDG_CONFIG_HOME: path, XDG_RUNTIME_DIR: path };
  const status = await opsctl({ args, env: { ...own, OPS_URL: server.url, ...env }, terminal });
  return { status, out: terminal.stdout(), err: terminal.stderr() };
}

const host = (hostname: string, more: Partial<UpgradingClientOptions> = {}): Promise<UpgradingClient> =>
  startUpgradingClient({
    port: server.tcpPort,
    hostname,
    keys: [release.key],
    running: OLD,
    target: release.name,
    ...more,
  });

const idIn = (text: string): string => /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(text)?.[0] ?? '';

it('shows what will happen, asks, upgrades the canary, then the others', async () => {
  await using first = await host('good-1');
  await using second = await host('good-2');
  await using off = await host('good-3', { keys: [] });
  const names = ['good-1', 'good-2', 'good-3'];
  const no = testTerminal({ isInputTerminal: true, answers: ['n'] });
  expect((await call(['upgrade', ...names], no)).status).toBe(1);
  expect(no.stderr()).toMatch(
    /^ops-client 2\.0\.0 \(c0ffee1\): 2 hosts\ned25519:\S+\n {2}canary +1 +good-1 \(1\.0\.0\)\n {2}then +1 +good-2 \(1\.0\.0\)\n {2}skipped +1 +names no upgrade_keys: good-3/,
  );
  expect(no.stderr()).toContain('Begin? [y/N]');
  const pipe = await call(['upgrade', ...names]);
  expect([pipe.status, pipe.err]).toEqual([2, expect.stringContaining('needs --yes')]);

  const done = await call(['upgrade', ...names, '--canary', 'good-2', '--yes']);
  expect(done.err).toContain('canary done: 1\n');
  expect(done.status).toBe(0);
  expect(done.out).toMatch(
    /^\S+ {2}ops-client 2\.0\.0 \(c0ffee1\) {2}finished {2}admin\n2 done, 1 skipped\n$/,
  );
  expect([first.ordered.length, second.ordered.length]).toEqual([1, 1]);
  expect(off.ordered).toEqual([]);

  const again = await call(['upgrade', 'good-1', 'good-2', '--yes']);
  expect([again.status, again.err]).toEqual([0, expect.stringContaining('runs it already')]);
  const refused = await call(['upgrade', 'good-3', '--yes']);
  expect([refused.status, refused.err]).toEqual([3, expect.stringContaining('Nothing is to be done')]);
  const listed = await call(['upgrades']);
  expect(listed.out).toMatch(
    new RegExp(`^TIME .*\\n\\S+ \\S+ +${idIn(done.out)} +2.0.0 \\(c0ffee1\\) +finished +2/2 +admin`),
  );
}, 90_000);

it('ends with 1 when it is held, and is stopped by its id', async () => {
  await using first = await host('bad-1', { ends: { state: 'back', reason: 'not_connected' } });
  await using second = await host('bad-2');
  const held = await call(['upgrade', 'bad-1', 'bad-2', '--yes']);
  expect([held.status, held.out]).toEqual([1, expect.stringMatching(/ held {2}/)]);
  expect(held.out).toMatch(
    /\nHOST +CANARY +STATE +BEFORE +WHY\nbad-1 +\* +back +1\.0\.0 +the new program did not connect/,
  );
  const id = idIn(held.out);
  expect(held.err).toContain(`opsctl upgrades resume|stop ${id}`);
  const other = await call(['upgrade', 'bad-2', '--yes']);
  expect([other.status, other.err]).toEqual([1, expect.stringContaining('is not over')]);
  expect((await call(['upgrades', 'stop', id, '--follow'])).status).toBe(0);
  const shown = JSON.parse((await call(['upgrades', 'show', id, '--json'])).out) as unknown;
  expect(shown).toMatchObject({
    upgrade: { id, state: 'stopped' },
    hosts: [{ state: 'back' }, { state: 'left' }],
  });
  expect((await call(['upgrades', 'resume', id])).status).toBe(1);
  expect([first.ordered, second.ordered]).toEqual([[id], []]);
});

it('goes on when somebody stops looking; it is paused and resumed by its id', async () => {
  const turn = Promise.withResolvers<void>();
  await using first = await host('slow-1', { turn: turn.promise });
  const terminal = testTerminal({
    isErrorTerminal: true,
    onError: (text, self) => {
      if (text.includes('fetching')) self.interrupt();
    },
  });
  const left = await call(['upgrade', 'slow-1', '--yes'], terminal);
  expect(left.status).toBe(130);
  const id = /opsctl upgrades pause (\S+)/.exec(left.err)?.[1] ?? '';
  expect((await call(['upgrades', 'pause', id])).status).toBe(0);
  expect((await call(['upgrades', 'show', id])).out).toMatch(/ paused {2}/);
  turn.resolve();
  expect((await call(['upgrades', 'show', '-f', id])).status).toBe(0);
  expect(first.ordered).toEqual([id]);
});

it('is for administrators: the token of a script may look, and not act', async () => {
  await using first = await host('token-1');
  const env = { OPS_AUTH_TOKEN: API_TOKEN };
  expect((await call(['upgrade', 'token-1', '--yes'], testTerminal(), env)).status).toBe(3);
  expect((await call(['upgrades'], testTerminal(), env)).status).toBe(0);
  expect(first.ordered).toEqual([]);
});

it.each([
  [['upgrade'], /name the hosts in one way/],
  [['upgrade', 'a', '--all'], /name the hosts in one way/],
  [['upgrade', '--all', '--canary', '0'], /--canary is a number from 1 to 100/],
  [['upgrade', '--all', '--canary', '1', '--canary', '2'], /--canary is a number/],
  [['upgrade', '--all', '--concurrency', '101'], /--concurrency must be/],
  [['upgrade', '--all', '--hours', '721'], /--hours must be/],
  [['upgrades', 'dance'], /upgrades takes show, pause, resume, stop/],
  [['upgrades', 'show'], /it is opsctl upgrades show ID/],
  [['upgrades', 'show', 'a', '-n', '3'], /upgrades show takes no --limit/],
  [['upgrades', '--follow'], /upgrades takes no --follow/],
])('%j is a mistake: status 2', async (args, expected) => {
  const { status, err } = await call(args);
  expect([status, err]).toEqual([2, expect.stringMatching(expected)]);
});
