import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { systemRandom } from '@ops/runtime/random.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { describe, expect, onTestFinished, test } from 'vitest';

import { readCredentials } from './credentials.ts';
import { keepClientKey, keepToken, readClientKey, readKeptToken } from './key-files.ts';
import { takeNewIdentity } from './new-identity.ts';

const KEY = 'ab'.repeat(32);
const TOKEN = `ops1.0123456789abcdef.${'A'.repeat(43)}`;
const OLD_ID = '11111111-2222-4333-8444-555555555555';

async function place(): Promise<string> {
  const directory = await tempDirectory('key-files');
  onTestFinished(() => directory.remove());
  return directory.path;
}

describe('the key of a host', () => {
  test('is for its owner only, whole, and leaves nothing else behind', async () => {
    const directory = await place();
    expect(await readClientKey(directory)).toBeUndefined();
    await keepToken(directory, TOKEN, systemRandom);
    await keepClientKey(directory, KEY, systemRandom);
    await keepClientKey(directory, KEY, systemRandom);
    expect(await readClientKey(directory)).toBe(KEY);
    expect((await stat(join(directory, 'key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['key']);
  });

  test('is refused when others can read it, or when it is none', async () => {
    const directory = await place();
    await keepClientKey(directory, KEY, systemRandom);
    await chmod(join(directory, 'key'), 0o644);
    await expect(readClientKey(directory)).rejects.toThrow(/chmod 600/);
    await writeFile(join(directory, 'key'), 'short\n');
    await chmod(join(directory, 'key'), 0o600);
    await expect(readClientKey(directory)).rejects.toThrow(/ops-client enrol/);
  });
});

describe('by what a host gets in', () => {
  const nothing = {
    tcpAuthEnabled: undefined,
    tcpAuthSecret: undefined,
    tcpAuthSecretPrevious: undefined,
    enrolToken: undefined,
  };

  test('its own key comes before everything that was configured', async () => {
    const directory = await place();
    await keepClientKey(directory, KEY, systemRandom);
    const config = { ...nothing, tcpAuthSecret: 'shared', enrolToken: TOKEN };
    expect(await readCredentials(directory, config)).toEqual({
      secrets: [Buffer.from(KEY)],
      isOwn: true,
      enabled: true,
      token: undefined,
    });
  });

  test('then a token, the one that came with a new identity first', async () => {
    const directory = await place();
    const config = { ...nothing, enrolToken: TOKEN };
    expect(await readCredentials(directory, config)).toMatchObject({
      token: TOKEN,
      enabled: true,
      isOwn: false,
    });
    const kept = TOKEN.replaceAll('A', 'B');
    await keepToken(directory, kept, systemRandom);
    expect(await readCredentials(directory, config)).toMatchObject({ token: kept });
  });

  test('who insists on a proof must have something to prove', async () => {
    const directory = await place();
    await expect(readCredentials(directory, { ...nothing, tcpAuthEnabled: true })).rejects.toThrow(
      /neither a tcp_auth_secret nor an enrol_token/,
    );
    expect(await readCredentials(directory, nothing)).toMatchObject({ enabled: false });
  });
});

test('a new identity is a new id, its token beside it, and what the old one kept stays', async () => {
  const directory = await place();
  const clientIdFile = join(directory, 'id');
  await writeFile(clientIdFile, `${OLD_ID}\n`, { mode: 0o600 });
  const data = join(directory, 'data');
  await mkdir(join(data, OLD_ID), { recursive: true, mode: 0o700 });
  await keepClientKey(join(data, OLD_ID), KEY, systemRandom);
  const id = await takeNewIdentity({
    clientIdFile,
    configured: data,
    stateHome: undefined,
    home: undefined,
    token: TOKEN,
    random: systemRandom,
  });
  expect(id).not.toBe(OLD_ID);
  expect(await readFile(clientIdFile, 'utf8')).toBe(`${id}\n`);
  expect(await readKeptToken(join(data, id))).toBe(TOKEN);
  expect(await readClientKey(join(data, id))).toBeUndefined();
  expect(await readClientKey(join(data, OLD_ID))).toBe(KEY);
});
