/** What lies in the base directory may have been prepared by anybody: it is shown, and harms nothing. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { MAX_APPS } from '@ops/protocol/domain/app.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { describe, expect, test } from 'vitest';

import type { AppFacts } from './app-files.ts';
import { createScanner, MAX_ENTRIES, parsePid } from './scan.ts';
import type { Scanner } from './scan.ts';
import { appsPlace, LONG_AGO_MS, remove } from './test-apps.ts';

function scanned(base: string): Scanner {
  const scanner = createScanner(base, systemClock);
  scanner.look();
  return scanner;
}

const factsOf = (base: string, name: string): AppFacts | undefined => scanned(base).apps.get(name)?.facts;

describe('an application', () => {
  test('as the manual lays it out', async () => {
    const { base, app, age } = await appsPlace();
    const path = app('app1', {
      VERSION: 'v1.0.0\n',
      BRANCH: 'main\n',
      COMMIT: 'abc123\n',
      'app1.sh': '#!/bin/bash\n',
      'app1.pid': '4711\n',
    });
    age(join(path, 'VERSION'));
    age(join(path, 'app1.pid'));
    expect(factsOf(base, 'app1')).toEqual({
      name: 'app1',
      version: 'v1.0.0',
      versionAtMs: LONG_AGO_MS,
      branch: 'main',
      commit: 'abc123',
      hasScript: true,
      pidFile: { kind: 'pid', pid: 4711, writtenAtMs: LONG_AGO_MS },
    });
  });

  test('with VERSION and BRANCH only, as in the chapter on faults', async () => {
    const { base, app } = await appsPlace();
    app('test-app', { VERSION: 'v1.0.0\n', BRANCH: 'main\n' });
    expect(factsOf(base, 'test-app')).toMatchObject({ version: 'v1.0.0', branch: 'main', hasScript: false });
  });

  test('is none without one of its files, or when it is a file', async () => {
    const { base, app } = await appsPlace();
    app('empty', {});
    writeFileSync(join(base, 'file'), '');
    expect([...scanned(base).apps]).toEqual([]);
  });

  test('is read again when a file was written, exchanged or given away, and only then', async () => {
    const { base, app, age } = await appsPlace();
    const path = app('shop');
    age(join(path, 'VERSION'));
    // Changes of a moment ago count as fresh: time goes on for them.
    const scanner = createScanner(base, { wall: () => systemClock.wall() + 60_000 });
    const facts = (): AppFacts | undefined => {
      scanner.look();
      return scanner.apps.get('shop')?.facts;
    };
    const first = facts();
    expect(facts()).toBe(first);
    writeFileSync(join(path, 'VERSION'), 'v1.0.1\n');
    expect(facts()?.version).toBe('v1.0.1');
    writeFileSync(join(path, 'VERSION.new'), 'v1.0.2\n');
    renameSync(join(path, 'VERSION.new'), join(path, 'VERSION'));
    expect(facts()?.version).toBe('v1.0.2');
    expect(facts()?.unsafe).toBeUndefined();
    chmodSync(join(path, 'VERSION'), 0o666);
    expect(facts()?.unsafe).toContain('can be changed by others');
  });

  test('that changed a moment ago is read again even if no time has changed', async () => {
    const { base, app, age } = await appsPlace();
    const path = app('shop', { VERSION: 'v1\n' });
    const scanner = createScanner(base, { wall: () => LONG_AGO_MS });
    age(join(path, 'VERSION'));
    scanner.look();
    const first = scanner.apps.get('shop')?.facts;
    scanner.look();
    expect(scanner.apps.get('shop')?.facts).not.toBe(first);
  });
});

describe('a file', () => {
  test('of 100 MiB is read no further than its first line', async () => {
    const { base, app } = await appsPlace();
    const path = app('shop', { VERSION: `v1\n${'x'.repeat(5000)}` });
    truncateSync(join(path, 'VERSION'), 100 * 1024 * 1024);
    expect(factsOf(base, 'shop')?.version).toBe('v1');
  });

  test.each([
    ['128 characters', 'x'.repeat(128), 'x'.repeat(128)],
    ['129 characters are cut', 'x'.repeat(129), 'x'.repeat(128)],
    ['a line without end', 'y'.repeat(10_000), 'y'.repeat(128)],
    ['control characters', 'v1\u001b[31m\u202e', String.raw`v1\u001b[31m\u202e`],
    ['nothing', '', ''],
    ['Windows line ends', 'v1\r\nv2\r\n', 'v1'],
  ])('with %s', async (_what, text, shown) => {
    const { base, app } = await appsPlace();
    app('shop', { VERSION: text });
    expect(factsOf(base, 'shop')?.version).toBe(shown);
  });

  test('with bytes that are no text', async () => {
    const { base, app } = await appsPlace();
    writeFileSync(join(app('shop'), 'COMMIT'), Buffer.from([0xff, 0xfe, 0x41]));
    expect(factsOf(base, 'shop')?.commit).toBe('\ufffd\ufffdA');
  });

  test.each([
    ['is a link', (path: string) => symlinkSync('/etc/hostname', path)],
    ['is not a regular file', (path: string) => mkdirSync(path)],
    ['is not a regular file', (path: string) => void spawnSync('/usr/bin/mkfifo', [path])],
  ])('VERSION that %s is not read, and it is said', async (what, make) => {
    const { base, app } = await appsPlace();
    make(join(app('shop', { BRANCH: 'main' }), 'VERSION'));
    const facts = factsOf(base, 'shop');
    expect(facts?.version).toBeUndefined();
    expect(facts?.unreadable).toBe(`VERSION ${what}`);
  });

  test('with a second name is not read: it may be somebody else’s', async () => {
    const { base, app } = await appsPlace();
    const path = app('shop');
    linkSync(join(path, 'VERSION'), join(path, 'other'));
    expect(factsOf(base, 'shop')?.unreadable).toBe('VERSION has 2 names; it may have only one');
  });

  test('that is a device is not opened', async () => {
    const { base, app } = await appsPlace();
    symlinkSync('/dev/zero', join(app('shop', { BRANCH: 'main' }), 'COMMIT'));
    expect(factsOf(base, 'shop')?.unreadable).toBe('COMMIT is a link');
  });
});

describe('a pid file', () => {
  test.each([
    ['2', 2],
    ['4194304', 4_194_304],
    [' 77 ', 77],
    ['1', undefined],
    ['0', undefined],
    ['4194305', undefined],
    ['-5', undefined],
    ['+5', undefined],
    ['0x10', undefined],
    ['1e3', undefined],
    ['12 34', undefined],
    ['', undefined],
    ['99999999999999999999', undefined],
  ])('with "%s"', (text, pid) => {
    expect(parsePid(text)).toBe(pid);
  });
});

describe('an application is unsafe', () => {
  test.each([
    ['its directory', ''],
    ['its script', 'shop.sh'],
    ['its pid file', 'shop.pid'],
    ['VERSION', 'VERSION'],
  ])('when others can change %s', async (_what, file) => {
    const { base, app } = await appsPlace();
    const path = app('shop', { VERSION: 'v1', 'shop.sh': '', 'shop.pid': '12' });
    expect(factsOf(base, 'shop')?.unsafe).toBeUndefined();
    chmodSync(join(path, file), 0o777);
    expect(factsOf(base, 'shop')?.unsafe).toBe(
      `${join(path, file)} can be changed by others: run chmod go-w on it`,
    );
  });

  test.runIf(process.geteuid?.() === 0)('when something of it belongs to another user', async () => {
    const { base, app } = await appsPlace();
    const path = app('shop', { VERSION: 'v1', 'shop.sh': '' });
    chownSync(join(path, 'shop.sh'), 1234, 1234);
    expect(factsOf(base, 'shop')?.unsafe).toContain('shop.sh belongs to user 1234');
  });

  test('when it is a link: nothing behind it is shown', async () => {
    const { base, app } = await appsPlace();
    symlinkSync(app('shop'), join(base, 'alias'));
    expect(factsOf(base, 'alias')).toMatchObject({
      hasScript: false,
      unsafe: `${join(base, 'alias')} is a link; links are not followed`,
    });
  });

  test('when its script is a link', async () => {
    const { base, app } = await appsPlace();
    const path = app('shop');
    symlinkSync('/bin/true', join(path, 'shop.sh'));
    expect(factsOf(base, 'shop')).toMatchObject({
      hasScript: true,
      unsafe: `${join(path, 'shop.sh')} is a link; links are not followed`,
    });
  });
});

describe('the base directory', () => {
  test('that does not exist has no applications, and may come', async () => {
    const { base } = await appsPlace();
    const scanner = createScanner(join(base, 'later'), systemClock);
    scanner.look();
    expect(scanner.base).toMatchObject({ exists: false, unsafe: undefined, unreadable: undefined });
    mkdirSync(join(base, 'later', 'shop'), { recursive: true });
    writeFileSync(join(base, 'later', 'shop', 'VERSION'), 'v1');
    scanner.look();
    expect([...scanner.apps.keys()]).toEqual(['shop']);
    remove(join(base, 'later'));
    scanner.look();
    expect([...scanner.apps.keys()]).toEqual([]);
  });

  test('that others can change makes everything unsafe', async () => {
    const { base, app } = await appsPlace();
    app('shop');
    expect(scanned(base).base.unsafe).toBeUndefined();
    chmodSync(base, 0o777);
    expect(scanned(base).base.unsafe).toBe(`${base} can be changed by others: run chmod go-w on it`);
    chmodSync(base, 0o1777);
    expect(scanned(base).base.unsafe).toContain('can be changed by others');
  });

  test('below a directory that others can change is unsafe, unless that is sticky as /tmp is', async () => {
    const { base } = await appsPlace();
    const above = join(base, '..');
    chmodSync(above, 0o777);
    expect(scanned(base).base.unsafe).toContain('can be changed by others');
    chmodSync(above, 0o1777);
    expect(scanned(base).base.unsafe).toBeUndefined();
  });

  test('that is a link is unsafe, and what lies there is shown', async () => {
    const { base, app } = await appsPlace();
    app('shop');
    symlinkSync(base, `${base}-link`);
    const scanner = scanned(`${base}-link`);
    expect([...scanner.apps.keys()]).toEqual(['shop']);
    expect(scanner.base.unsafe).toBe(`${base}-link is a link; links are not followed`);
  });

  test('that is a file says so', async () => {
    const { base } = await appsPlace();
    writeFileSync(join(base, 'file'), '');
    const { unreadable, unsafe } = scanned(join(base, 'file')).base;
    expect(unreadable ?? unsafe).toContain(join(base, 'file'));
  });

  test.runIf(process.geteuid?.() === 0)('and apps that may not be read say so', async () => {
    const { base, app } = await appsPlace();
    chmodSync(join(base, '..'), 0o755);
    chmodSync(app('closed'), 0o700);
    app('open');
    process.seteuid?.(65_534);
    try {
      const scanner = scanned(base);
      expect(scanner.apps.get('open')?.facts).toMatchObject({ version: 'v1.0.0' });
      const path = join(base, 'closed');
      expect(scanner.apps.get('closed')?.facts.unreadable).toBe(`${path} may not be read by this user`);
    } finally {
      process.seteuid?.(0);
    }
  });

  test('with hostile names shows those that are names', async () => {
    const { base } = await appsPlace();
    const names = [
      'a'.repeat(64),
      'a'.repeat(65),
      'a b',
      '-rf',
      'a+b',
      'ü',
      'a\nb',
      '.hidden',
      'A.b_c-1',
      '...',
    ];
    for (const name of names) {
      mkdirSync(join(base, name));
      writeFileSync(join(base, name, 'VERSION'), 'v1');
    }
    const { apps, base: facts } = scanned(base);
    expect([...apps.keys()]).toEqual(['A.b_c-1', 'a'.repeat(64)]);
    expect(facts.ignored).toBe(6);
  });

  test('with 10,000 files and more applications than are shown', async () => {
    const { base } = await appsPlace();
    const count = MAX_APPS + 1;
    for (let n = 0; n < count; n++) {
      mkdirSync(join(base, `app-${n}`));
      writeFileSync(join(base, `app-${n}`, 'VERSION'), 'v1');
    }
    for (let n = 0; n < MAX_ENTRIES - count; n++) writeFileSync(join(base, `file-${n}`), '');
    const at = scanned(base);
    expect(at.apps.size).toBe(MAX_APPS);
    expect(at.base.ignored).toBe(1);
    writeFileSync(join(base, 'one-more'), '');
    expect(scanned(base).base.ignored).toBeGreaterThanOrEqual(1);
  });
});
