import { chmod, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { silentLog } from '@ops/runtime/log.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { expect, it, onTestFinished } from 'vitest';

import { createCommandLog, GATHER_LINES_MS, MAX_COMMAND_LOG_BYTES } from './command-log.ts';

const ID = '11111111-2222-4333-8444-555555555555';

async function stage() {
  const temp = await tempDirectory('command-log');
  onTestFinished(() => temp.remove());
  const path = join(temp.path, 'commands.log');
  const warnings: string[] = [];
  const clock = new ManualClock();
  const log = createCommandLog({
    path,
    clock,
    log: { ...silentLog, warn: (message: string) => void warnings.push(message) },
  });
  return { path, clock, log, warnings };
}

it('has a line with time, id, command and event, closed to others', async () => {
  const { path, log } = await stage();
  log.note(ID, 'ls -la', 'accepted');
  log.note(ID, 'ls -la', 'completed exit=0');
  await log.flush();
  expect(await readFile(path, 'utf8')).toBe(
    `2026-01-01T00:00:00.000Z ${ID} "ls -la" accepted\n2026-01-01T00:00:00.000Z ${ID} "ls -la" completed exit=0\n`,
  );
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('is written a moment after a line came, with those that came meanwhile', async () => {
  const { path, clock, log } = await stage();
  log.note(ID, 'uptime', 'started');
  clock.advance(GATHER_LINES_MS - 1);
  log.note(ID, 'uptime', 'completed exit=0');
  await expect(stat(path)).rejects.toThrow('ENOENT');
  clock.advance(1);
  await until(async () => (await readFile(path, 'utf8').catch(() => '')).split('\n').length === 3, {
    what: 'both lines',
  });
  expect(clock.pending).toBe(0);
});

it('goes on after a line that came during a write, and was written with it', async () => {
  const { path, clock, log } = await stage();
  log.note(ID, 'uptime', 'accepted');
  const written = log.flush();
  log.note(ID, 'uptime', 'completed exit=0');
  await written;
  // Its moment comes, and nothing waits any more.
  clock.advance(GATHER_LINES_MS);
  await log.flush();
  log.note(ID, 'whoami', 'accepted');
  await log.flush();
  expect((await readFile(path, 'utf8')).match(/"\w+" \w+/g)).toEqual([
    '"uptime" accepted',
    '"uptime" completed',
    '"whoami" accepted',
  ]);
});

it('has one line for whatever text', async () => {
  const { path, log } = await stage();
  log.note(ID, 'a\nb\u202e', 'rejected: x\r\ny');
  await log.flush();
  expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(2);
});

it('that is a link is not written, and nothing stops', async () => {
  const { path, log, warnings } = await stage();
  await writeFile(`${path}.target`, '');
  await symlink(`${path}.target`, path);
  log.note(ID, 'uptime', 'accepted');
  log.note(ID, 'uptime', 'completed exit=0');
  await log.flush();
  expect(await readFile(`${path}.target`, 'utf8')).toBe('');
  expect(warnings).toHaveLength(1);
});

it('begins anew when it is full, and keeps the one before', async () => {
  const { path, log } = await stage();
  await writeFile(path, '');
  await chmod(path, 0o600);
  await truncate(path, MAX_COMMAND_LOG_BYTES);
  log.note(ID, 'uptime', 'accepted');
  await log.flush();
  log.note(ID, 'uptime', 'completed exit=0');
  await log.flush();
  expect((await stat(`${path}.1`)).size).toBeGreaterThan(MAX_COMMAND_LOG_BYTES);
  expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(2);
});
