import { chmod, chown, link, lstat, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { describe, expect, onTestFinished, test } from 'vitest';

import { openDataDirectory, readClientId } from './identity.ts';
import type { DataDirectoryOptions } from './identity.ts';

const ID = '6f1d3a52-9a0e-4c55-8d3e-0b7a4f6c2d18';
const isRoot = process.geteuid?.() === 0;

async function place(): Promise<string> {
  const directory = await tempDirectory('identity');
  onTestFinished(() => directory.remove());
  return directory.path;
}

describe('the client id', () => {
  test('is made once, for the owner only, and stays', async () => {
    const path = join(await place(), 'client_id.txt');
    const first = await readClientId(path, systemRandom);
    expect(first.created).toBe(true);
    expect(first.id).toMatch(UUID_PATTERN);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readClientId(path, systemRandom)).toEqual({ id: first.id, created: false });
  });

  test('of many processes that start at once is one', async () => {
    const path = join(await place(), 'client_id.txt');
    const ids = await Promise.all(Array.from({ length: 20 }, () => readClientId(path, systemRandom)));
    expect(new Set(ids.map(({ id }) => id)).size).toBe(1);
    expect(ids.filter(({ created }) => created)).toHaveLength(1);
  });

  test.each([ID, `${ID}\n`, `${ID}\r\n`, `  ${ID} \n`])('%j is read', async (text) => {
    const path = join(await place(), 'id');
    await writeFile(path, text, { mode: 0o600 });
    expect((await readClientId(path, systemRandom)).id).toBe(ID);
  });

  test.each([
    ['another text', 'hello\n'],
    ['two ids', `${ID}\n${ID}\n`],
    ['upper case', ID.toUpperCase()],
    ['a torn id', ID.slice(0, 20)],
    ['white space', ' \n'],
    ['binary', '\u0000\u0001\u0002'],
    ['a path', '../../etc/passwd'],
  ])('%s is refused with what to do, and left as it is', async (_, text) => {
    const path = join(await place(), 'id');
    await writeFile(path, text, { mode: 0o600 });
    await expect(readClientId(path, systemRandom)).rejects.toThrow(/holds no client id.*rm /);
    expect(await readFile(path, 'utf8')).toBe(text);
  });
});

describe('a client id file somebody tampered with is refused:', () => {
  test('a link', async () => {
    const directory = await place();
    await writeFile(join(directory, 'target'), ID, { mode: 0o600 });
    await symlink(join(directory, 'target'), join(directory, 'id'));
    await expect(readClientId(join(directory, 'id'), systemRandom)).rejects.toThrow(/is a link/);
  });

  test('a link that leads nowhere, which would create a file elsewhere', async () => {
    const directory = await place();
    await symlink(join(directory, 'created-by-us'), join(directory, 'id'));
    await expect(readClientId(join(directory, 'id'), systemRandom)).rejects.toThrow(/is a link/);
    await expect(lstat(join(directory, 'created-by-us'))).rejects.toThrow('ENOENT');
  });

  test('a second name of another file', async () => {
    const directory = await place();
    await writeFile(join(directory, 'other'), ID, { mode: 0o600 });
    await link(join(directory, 'other'), join(directory, 'id'));
    await expect(readClientId(join(directory, 'id'), systemRandom)).rejects.toThrow(/2 names/);
  });

  test('a directory', async () => {
    const directory = await place();
    await mkdir(join(directory, 'id'));
    await expect(readClientId(join(directory, 'id'), systemRandom)).rejects.toThrow(/directory|regular/);
  });

  test('a file others can write', async () => {
    const path = join(await place(), 'id');
    await writeFile(path, ID);
    await chmod(path, 0o622);
    await expect(readClientId(path, systemRandom)).rejects.toThrow(/chmod 600/);
  });

  test('a place where others can exchange it', async () => {
    const directory = await place();
    await chmod(directory, 0o777);
    await expect(readClientId(join(directory, 'id'), systemRandom)).rejects.toThrow(/chmod go-w/);
  });

  test('an endless file', async () => {
    const path = join(await place(), 'id');
    await writeFile(path, 'x'.repeat(5000), { mode: 0o600 });
    await expect(readClientId(path, systemRandom)).rejects.toThrow(/larger/);
  });

  test.runIf(isRoot)('a file of another user', async () => {
    const path = join(await place(), 'id');
    await writeFile(path, ID, { mode: 0o600 });
    await chown(path, 65_534, 65_534);
    await expect(readClientId(path, systemRandom)).rejects.toThrow(/another user/);
  });
});

/** Nothing can be made beneath a file. */
const IMPOSSIBLE = join(import.meta.filename, 'ops-client');

function options(overrides: Partial<DataDirectoryOptions>): DataDirectoryOptions {
  return { configured: undefined, stateHome: undefined, home: undefined, system: IMPOSSIBLE, ...overrides };
}

describe('the data directory', () => {
  test('is where it was configured, one for each id, closed to others', async () => {
    const configured = join(await place(), 'deep', 'data');
    const directory = await openDataDirectory(ID, options({ configured }));
    expect(directory).toBe(join(configured, ID));
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect(await openDataDirectory(ID, options({ configured }))).toBe(directory);
  });

  test('by default is that of the system when it can be written', async () => {
    const system = join(await place(), 'ops-client');
    expect(await openDataDirectory(ID, options({ system, home: '/nowhere' }))).toBe(join(system, ID));
  });

  test('else that of the user', async () => {
    const home = await place();
    expect(await openDataDirectory(ID, options({ home }))).toBe(join(home, '.local/state/ops-client', ID));
    const stateHome = join(home, 'state');
    expect(await openDataDirectory(ID, options({ home, stateHome }))).toBe(join(stateHome, 'ops-client', ID));
    expect(await openDataDirectory(ID, options({ home, stateHome: 'relative' }))).toBe(
      join(home, '.local/state/ops-client', ID),
    );
  });

  test('without any place says which variable to set', async () => {
    await expect(openDataDirectory(ID, options({}))).rejects.toThrow(/OPS_CLIENT_DATA_DIR/);
    await expect(openDataDirectory(ID, options({ configured: IMPOSSIBLE }))).rejects.toThrow(
      /OPS_CLIENT_DATA_DIR/,
    );
  });

  test('is refused when others can write to it, or it is a link', async () => {
    const configured = await place();
    const directory = await openDataDirectory(ID, options({ configured }));
    await chmod(directory, 0o770);
    await expect(openDataDirectory(ID, options({ configured }))).rejects.toThrow(/chmod 700/);
    await rm(directory, { recursive: true });
    await mkdir(join(configured, 'elsewhere'));
    await symlink(join(configured, 'elsewhere'), directory);
    await expect(openDataDirectory(ID, options({ configured }))).rejects.toThrow(/link/);
  });

  test.runIf(isRoot)('is refused when it belongs to another user', async () => {
    const configured = await place();
    const directory = await openDataDirectory(ID, options({ configured }));
    await chown(directory, 65_534, 65_534);
    await expect(openDataDirectory(ID, options({ configured }))).rejects.toThrow(/another user/);
  });
});
