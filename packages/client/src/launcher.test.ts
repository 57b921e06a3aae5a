/** The launchers in bin/, on a copy with a small program in place of the real one. */
import { chmod, chown, cp, mkdir, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { systemExec } from '@ops/runtime/exec.ts';
import { pinnedNode, repositoryRoot } from '@ops/testkit/child-program.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { describe, expect, onTestFinished, test } from 'vitest';

/** Prints what it was given. Typed, so that somebody has to strip the types. */
const PROGRAM = `
const stripped: boolean = process.moduleLoadList.some((name: string) => name.includes('amaro'));
if (process.argv.includes('--version')) console.log('version');
else {
  const { argv, pid } = process;
  console.log(JSON.stringify({ args: argv.slice(2), pid, cwd: process.cwd(), stripped, cache: process.env.NODE_COMPILE_CACHE }));
  process.exitCode = Number(process.env.STATUS ?? 0);
}
`;

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What the program printed. */
  readonly told: { args: string[]; pid: number; cwd: string; stripped: boolean; cache?: string };
  readonly pid: number | undefined;
}

interface Place {
  readonly root: string;
  readonly cache: string;
  readonly run: (options?: {
    readonly file?: string;
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  }) => Promise<Ran>;
}

/** The copy: launchers, one source, the pinned Node. */
async function place(): Promise<Place> {
  const directory = await tempDirectory('launcher');
  onTestFinished(() => directory.remove());
  const root = join(directory.path, 'a checkout');
  const cache = join(directory.path, 'cache');
  await cp(join(repositoryRoot, 'bin'), join(root, 'bin'), { recursive: true });
  await mkdir(join(root, 'packages/client/src'), { recursive: true });
  await mkdir(join(root, 'node_modules/.bin'), { recursive: true });
  await mkdir(cache);
  await writeFile(join(root, 'packages/client/package.json'), '{"type":"module"}');
  await writeFile(join(root, 'packages/client/src/main.ts'), PROGRAM);
  await symlink(pinnedNode(), join(root, 'node_modules/.bin/node'));
  return {
    root,
    cache,
    async run({ file = join(root, 'bin/ops-client'), args = [], env } = {}) {
      const child = systemExec.spawn(file, args, {
        cwd: directory.path,
        env: { PATH: '/usr/bin:/bin', ...(env ?? { XDG_CACHE_HOME: cache }) },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [out, err, exit] = await Promise.all([text(child.stdout!), text(child.stderr!), child.exited]);
      if (exit.kind !== 'exited') throw new Error(`${file} ended with ${JSON.stringify(exit)}: ${err}`);
      return {
        code: exit.code,
        out,
        err,
        pid: child.pid,
        get told() {
          return JSON.parse(out);
        },
      };
    },
  };
}

describe('a launcher', () => {
  test('hands everything on: arguments, directory, status, and its own process', async () => {
    const { cache, run } = await place();
    const args = ['two words', '*', '$HOME', '', '--flag=a b'];
    const ran = await run({ args, env: { XDG_CACHE_HOME: cache, STATUS: '7' } });
    expect(ran.told).toMatchObject({ args, cwd: join(cache, '..') });
    expect(ran.code).toBe(7);
    expect(ran.told.pid).toBe(ran.pid);
    expect(ran.err).toBe('');
  });

  test('is found through links', async () => {
    const { root, cache, run } = await place();
    await symlink(join(root, 'bin/ops-client'), join(cache, 'absolute'));
    await symlink('absolute', join(cache, 'relative'));
    expect((await run({ file: join(cache, 'relative'), args: ['x'] })).told.args).toEqual(['x']);
  });
});

describe('the compile cache', () => {
  test('is filled first, so that the program itself never strips types', async () => {
    const { cache, run } = await place();
    const first = await run();
    expect(first.told.stripped).toBe(false);
    expect(first.told.cache).toContain(join(cache, 'ops', 'client-'));
    expect((await run()).told.stripped).toBe(false);
  });

  test('is filled again when a source is newer', async () => {
    const { root, run } = await place();
    const { told } = await run();
    const filled = join(told.cache!, 'filled');
    const before = (await stat(filled)).mtimeMs;
    await utimes(filled, 1_000_000, 1_000_000);
    await writeFile(
      join(root, 'packages/client/src/main.ts'),
      PROGRAM.replace('args:', 'changed: true, args:'),
    );
    const again = await run();
    expect(again.told).toMatchObject({ changed: true, stripped: false });
    expect((await stat(filled)).mtimeMs).toBeGreaterThanOrEqual(before);
  });

  test('is closed to others', async () => {
    const { cache, run } = await place();
    await run();
    const [name] = await readdir(join(cache, 'ops'));
    for (const path of [join(cache, 'ops'), join(cache, 'ops', name!)]) {
      expect((await stat(path)).mode & 0o022).toBe(0);
    }
  });

  test('is that of the service manager when there is one', async () => {
    const { cache, run } = await place();
    const { told } = await run({ env: { CACHE_DIRECTORY: join(cache, 'service') } });
    expect(told.cache).toContain(join(cache, 'service', 'client-'));
  });

  test.each<[string, (cache: string) => Promise<Record<string, string>>]>([
    ['no HOME', async () => ({})],
    ['a relative place', async () => ({ XDG_CACHE_HOME: 'here' })],
    ['a place that cannot be made', async () => ({ HOME: '/dev/null' })],
    [
      'a link in the way',
      async (cache) => {
        await mkdir(join(cache, 'elsewhere'));
        await symlink(join(cache, 'elsewhere'), join(cache, 'ops'));
        return { XDG_CACHE_HOME: cache };
      },
    ],
  ])('is done without: %s', async (_, prepare) => {
    const { cache, run } = await place();
    const ran = await run({ env: await prepare(cache) });
    expect(ran.told.cache).toBeUndefined();
    expect(ran.code).toBe(0);
    expect(ran.err).toBe('');
  });

  test.runIf(process.geteuid?.() === 0)("is done without: another user's directory", async () => {
    const { cache, run } = await place();
    await mkdir(join(cache, 'ops'));
    await chown(join(cache, 'ops'), 65_534, 65_534);
    expect((await run()).told.cache).toBeUndefined();
  });
});

async function fakeNode(path: string, script: string): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

/** A PATH with the shell's tools and this Node. */
async function pathWith(directory: string, script: string): Promise<string> {
  const tools = join(directory, 'path');
  await mkdir(tools, { recursive: true });
  await fakeNode(join(tools, 'node'), script);
  return `${tools}:/usr/bin:/bin`;
}

describe('without a usable Node', () => {
  test('one line says what to do', async () => {
    const { root, cache, run } = await place();
    await rm(join(root, 'node_modules'), { recursive: true });
    const ran = await run({ env: { PATH: await pathWith(cache, 'echo v20.19.0') } });
    expect(ran.code).toBe(1);
    expect(ran.out).toBe('');
    expect(ran.err).toMatch(/^ops-client: Node 26 or later is needed: run npm ci .*\n$/);
  });

  test('one that cannot start is told by the library it lacks', async () => {
    const { root, cache, run } = await place();
    await fakeNode(join(root, 'node_modules/.bin/node'), 'exit 127');
    const ran = await run({ env: { PATH: await pathWith(cache, 'exit 1') } });
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/^ops-client: .*libatomic1.*\n$/);
  });

  test('the one on the PATH is taken when it is new enough', async () => {
    const { root, cache, run } = await place();
    await rm(join(root, 'node_modules'), { recursive: true });
    const path = await pathWith(cache, `exec '${pinnedNode()}' "$@"`);
    expect((await run({ args: ['x'], env: { PATH: path, XDG_CACHE_HOME: cache } })).told).toMatchObject({
      args: ['x'],
      stripped: false,
    });
  });
});

test('both launchers start their program', async () => {
  for (const name of ['ops-client', 'ops-server']) {
    const child = systemExec.spawn(join(repositoryRoot, 'bin', name), ['--version'], {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    expect(await text(child.stdout!)).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+\\n$`));
    expect(await child.exited).toEqual({ kind: 'exited', code: 0 });
  }
});
