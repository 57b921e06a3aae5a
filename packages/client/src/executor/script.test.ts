import { chmod, link, mkdir, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { describe, expect, it, onTestFinished } from 'vitest';

import { faultOfScript, MAX_SCRIPT_BYTES, openScript } from './script.ts';
import { executorStage } from './test-executor.ts';

async function place(): Promise<string> {
  const temp = await tempDirectory('script');
  onTestFinished(() => temp.remove());
  await mkdir(join(temp.path, 'scripts'), { mode: 0o755 });
  return join(temp.path, 'scripts');
}

async function written(directory: string, mode = 0o755): Promise<string> {
  const path = join(directory, 'do.sh');
  await writeFile(path, 'echo first\n');
  await chmod(path, mode);
  return path;
}

async function opens(path: string): Promise<void> {
  const handle = await openScript(path);
  await handle.close();
}

describe('a script', () => {
  it('is opened when it and all above it are closed to others', async () => {
    await expect(opens(await written(await place()))).resolves.toBeUndefined();
  });

  it.each([0o775, 0o757, 0o722])('that others can change (%o) is refused', async (mode) => {
    await expect(opens(await written(await place(), mode))).rejects.toThrow('can be changed by others');
  });

  it('in a directory that others can change is refused', async () => {
    const directory = await place();
    const path = await written(directory);
    await chmod(directory, 0o777);
    await expect(opens(path)).rejects.toThrow(`${directory} can be changed by others`);
  });

  it('that is a link, or lies behind one, is refused', async () => {
    const directory = await place();
    const path = await written(directory);
    await symlink(path, join(directory, 'link.sh'));
    await symlink(directory, `${directory}-link`);
    await expect(opens(join(directory, 'link.sh'))).rejects.toThrow('is a link');
    await expect(opens(join(`${directory}-link`, 'do.sh'))).rejects.toThrow('is a link');
  });

  it('with a second name is refused', async () => {
    const directory = await place();
    const path = await written(directory);
    await link(path, join(directory, 'again.sh'));
    await expect(opens(path)).rejects.toThrow('has 2 names');
  });

  it('that is none is refused', async () => {
    const directory = await place();
    await mkdir(join(directory, 'folder.sh'));
    await expect(opens(join(directory, 'folder.sh'))).rejects.toThrow('is not a regular file');
    await expect(opens(join(directory, 'none.sh'))).rejects.toThrow('does not exist');
    const path = await written(directory);
    await expect(opens(join(path, 'beneath.sh'))).rejects.toThrow(`${path} is a link or no directory`);
  });

  it('may have 1 MiB and not a byte more', async () => {
    const path = await written(await place());
    await truncate(path, MAX_SCRIPT_BYTES);
    await expect(opens(path)).resolves.toBeUndefined();
    await truncate(path, MAX_SCRIPT_BYTES + 1);
    await expect(opens(path)).rejects.toThrow('is larger than');
  });

  it('belongs to root or to the user of the client', () => {
    const facts = {
      uid: 1234,
      mode: 0o100755,
      nlink: 1,
      size: 1,
      isFile: () => true,
      isDirectory: () => false,
    };
    expect(faultOfScript(facts, 'file', [0, 1234])).toBeUndefined();
    expect(faultOfScript(facts, 'file', [0, 1000])).toContain('belongs to user 1234');
  });
});

it('what was judged is what runs, whatever the path is turned into', async () => {
  const stage = await executorStage();
  const path = await stage.script('swap.sh', 'echo first\n');
  const prepared = await stage.prepared(path);
  const other = await stage.script('other.sh', 'echo second\n');
  await rename(other, path);
  let out = '';
  const running = stage.executor.run(prepared, {
    commandId: '31111111-2222-4333-8444-555555555555',
    timeoutMs: 10_000,
    output: { write: (_stream, bytes) => void (out += bytes.toString()) },
    onSpawned() {},
  });
  await running.outcome;
  expect(out).toBe('first\n');
});

it('descriptors do not add up', async () => {
  const stage = await executorStage();
  const path = await stage.script('one.sh', 'exit 0\n');
  const { readdir } = await import('node:fs/promises');
  const open = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
  await stage.finished(path);
  const before = await open();
  for (let turn = 0; turn < 10; turn++) await stage.finished(path);
  await (await stage.prepared(path)).release();
  expect(await open()).toBeLessThanOrEqual(before + 1);
});
