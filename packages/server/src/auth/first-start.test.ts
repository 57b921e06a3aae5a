import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { systemClock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import type { Log } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openMainDatabase } from '../storage/open.ts';
import type { OpenDatabase } from '../storage/open.ts';
import type { Tables } from '../storage/tables.ts';
import { DEFAULT_PASSWORD, ensureFirstUser } from './first-start.ts';
import { createPasswordHasher } from './password.ts';
import { createUserStore } from './user-store.ts';

const hasher = createPasswordHasher({
  random: systemRandom,
  parameters: { memory: 64, passes: 1, lanes: 1 },
});

let dataDir: string;
let database: OpenDatabase<Tables>;
let lines: string[];

const log: Log = {
  ...silentLog,
  info: (message) => lines.push(`info ${message}`),
  warn: (message) => lines.push(`warn ${message}`),
};

async function start(adminPassword?: string) {
  lines = [];
  const users = createUserStore(database);
  const needs = { users, database, hasher, random: systemRandom, clock: systemClock, log };
  const defaultPassword = await ensureFirstUser({ ...needs, adminPassword });
  const admin = (await users.byName('admin'))!;
  expect(defaultPassword).toBe(admin.passwordIsDefault);
  return admin;
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ops-first-'));
  database = await openMainDatabase({ dataDir, clock: systemClock, log: silentLog });
});

afterEach(async () => {
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

describe('the first start', () => {
  it('makes admin with the default password and warns, then and at every start', async () => {
    const admin = await start();
    expect(admin).toMatchObject({ role: 'admin', passwordIsDefault: true });
    expect(await hasher.verify(admin.passwordHash, DEFAULT_PASSWORD)).toMatchObject({ matches: true });
    expect(lines.join('\n')).toMatch(/^warn .*default password/m);
    await start();
    expect(lines.join('\n')).toMatch(/^warn .*default password/m);
  });

  it('makes admin with the password of the settings and does not warn', async () => {
    const admin = await start('plum-Tractor_91');
    expect(admin.passwordIsDefault).toBe(false);
    expect(await hasher.verify(admin.passwordHash, 'plum-Tractor_91')).toMatchObject({ matches: true });
    expect(lines.join('\n')).not.toContain('warn');
  });

  it('counts admin123 as the default password also when it was set', async () => {
    expect(await start(DEFAULT_PASSWORD)).toMatchObject({ passwordIsDefault: true });
  });

  it('says so when the password of the settings is easy to guess', async () => {
    await start('administrator1');
    expect(lines.join('\n')).toMatch(/^warn .*easy to guess/m);
  });

  it('is audited', async () => {
    await start();
    const audit = await database.query.selectFrom('audit').select(['actor', 'action']).execute();
    expect(audit.map((row) => ({ ...row }))).toEqual([{ actor: 'system', action: 'user_create' }]);
  });
});

it('a later start leaves the user alone', async () => {
  const before = await start('plum-Tractor_91');
  const after = await start('another-Password_5');
  expect(after).toEqual(before);
  expect(lines).toEqual([expect.stringMatching(/^info .*admin_password.* is not used/)]);
});

it('neither the log nor the audit trail holds the password', async () => {
  await start('plum-Tractor_91');
  const audit = await database.query.selectFrom('audit').selectAll().execute();
  expect(JSON.stringify([lines, audit])).not.toContain('plum');
});
