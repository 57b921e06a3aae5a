import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  checkReadableFile,
  MAX_SECRET_BYTES,
  readPrivateFile,
  readSecretFile,
  shellWord,
  UnsafeFile,
} from './private-file.ts';

let directory: string;
let path: string;
let remove: () => Promise<void>;

beforeEach(async () => {
  const temp = await tempDirectory('private');
  directory = temp.path;
  path = join(directory, 'secret');
  remove = () => temp.remove();
});
afterEach(() => remove());

async function write(content: string | Buffer, mode = 0o600): Promise<void> {
  // One that is closed to its owner cannot be written over, except by root.
  await rm(path, { force: true });
  await writeFile(path, content);
  await chmod(path, mode);
}

describe('a secret in a file', () => {
  it('is used as it is, less one line break at the end', async () => {
    for (const [content, secret] of [
      ['abc', 'abc'],
      ['abc\n', 'abc'],
      ['abc\r\n', 'abc'],
      ['abc\n\n', 'abc\n'],
      [' abc ', ' abc '],
      ['密钥', '密钥'],
      ['', ''],
    ] as const) {
      await write(content);
      expect(await readSecretFile(path)).toBe(secret);
    }
  });

  it.skipIf(process.getuid?.() !== 0)('may be a credential of systemd, which belongs to root', async () => {
    await write('abc', 0o440);
    expect(await readSecretFile(path)).toBe('abc');
    await chown(path, 0, 1);
    await expect(readSecretFile(path)).rejects.toThrow('is open to others');
    await chown(path, 1, 0);
    await expect(readSecretFile(path)).rejects.toThrow('is open to others');
  });

  it('is refused when others can read or change the file, with the line to run', async () => {
    for (const mode of [0o640, 0o604, 0o620, 0o602, 0o666]) {
      await write('abc', mode);
      await expect(readSecretFile(path)).rejects.toThrow(
        `${path} is open to others than its owner: run chmod 600 ${path}`,
      );
    }
    for (const mode of [0o400, 0o600, 0o700]) {
      await write('abc', mode);
      expect(await readSecretFile(path)).toBe('abc');
    }
  });

  it('is refused when it is not text, without repeating it', async () => {
    await write(Buffer.from([0x61, 0xff, 0x62]));
    const error = await readSecretFile(path).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(UnsafeFile);
    expect(error).toMatchObject({ message: `${path} is not text in UTF-8`, cause: undefined });
  });

  it('has a limit', async () => {
    await write(`${'x'.repeat(MAX_SECRET_BYTES)}\r\n`);
    expect(await readSecretFile(path)).toHaveLength(MAX_SECRET_BYTES);
    await write('x'.repeat(MAX_SECRET_BYTES + 3));
    await expect(readSecretFile(path)).rejects.toThrow('larger than');
  });

  it('may be reached by a link, as secret mounts are made', async () => {
    await write('abc');
    await symlink(path, join(directory, 'link'));
    expect(await readSecretFile(join(directory, 'link'))).toBe('abc');
  });

  it('says what is wrong with the file', async () => {
    await expect(readSecretFile(join(directory, 'none'))).rejects.toThrow('does not exist');
    await mkdir(join(directory, 'folder'));
    await expect(readSecretFile(join(directory, 'folder'))).rejects.toThrow('is not a regular file');
    execFileSync('/usr/bin/mkfifo', [join(directory, 'pipe')]);
    await expect(readSecretFile(join(directory, 'pipe'))).rejects.toThrow('is not a regular file');
  });
});

describe('a private key', () => {
  it('is read as bytes up to a limit', async () => {
    await write(Buffer.from([0, 255]));
    expect(await readPrivateFile(path, { maxBytes: 2 })).toEqual(Buffer.from([0, 255]));
    await expect(readPrivateFile(path, { maxBytes: 1 })).rejects.toThrow('larger than 1 bytes');
  });
});

describe('a certificate', () => {
  it('may be open to all, but must be a file', async () => {
    await write('x', 0o644);
    await expect(checkReadableFile(path)).resolves.toBeUndefined();
    await expect(checkReadableFile(directory)).rejects.toThrow('is not a regular file');
    await expect(checkReadableFile(join(directory, 'none'))).rejects.toThrow('does not exist');
  });
});

describe('a word for a shell', () => {
  it('is quoted when it must be', () => {
    expect(shellWord('/etc/ops/secret')).toBe('/etc/ops/secret');
    expect(shellWord("/tmp/it's $x")).toBe(`'/tmp/it'\\''s $x'`);
  });
});
