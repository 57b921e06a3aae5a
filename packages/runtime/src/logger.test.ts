import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { LOOK_AGAIN_MS, MAX_PARTS_A_DAY } from './log-file.ts';
import { MAX_QUEUED_BYTES, RETRY_MS } from './log-queue.ts';
import { CLOSE_WITHIN_MS, createLogger } from './logger.ts';
import type { Logger, LoggerOptions } from './logger.ts';

/** Noon, local time, so that the date does not depend on the time zone of the machine. */
const NOON = new Date(2026, 10, 23, 12).getTime();
const TODAY = 'ops-server.log.2026-11-23';
const DAY_MS = 86_400_000;

let directory: string;
let clock: ManualClock;
let screen: string;
let remove: () => Promise<void>;
const open: Logger[] = [];

beforeEach(async () => {
  const temp = await tempDirectory('logger');
  directory = join(temp.path, 'logs');
  remove = () => temp.remove();
  clock = new ManualClock(NOON);
  screen = '';
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((log) => log.close()));
  await remove();
});

function logger(options: Partial<LoggerOptions> = {}): Logger {
  const log = createLogger({
    directory,
    name: 'ops-server',
    level: 'info',
    retentionDays: 30,
    clock,
    redact: [],
    stderr: async (bytes) => void (screen += bytes.toString()),
    ...options,
  });
  open.push(log);
  return log;
}

const read = (name: string): Promise<string> => readFile(join(directory, name), 'utf8');
const names = async (): Promise<string[]> => (await readdir(directory)).toSorted();
/** Messages only: what stands between the level and the end. */
const messages = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\S+ \[\w+\] /, ''));

describe('the logger', () => {
  it('writes one line per event into NAME.log.YYYY-MM-DD, readable by owner and group only', async () => {
    const log = logger();
    log.error('Failed to create TCP session: Connection refused');
    log.warn('Authentication failed for client xxx');
    await log.flush();
    const text = await read(TODAY);
    expect(text).toContain('[ERROR] Failed to create TCP session: Connection refused\n');
    expect(text).toContain('[WARN] Authentication failed for client xxx\n');
    expect(await names()).toEqual([TODAY]);
    expect((await stat(join(directory, TODAY))).mode & 0o777 & ~0o640).toBe(0);
  });

  it('keeps the order of a burst, and loses nothing', async () => {
    const log = logger();
    for (let i = 0; i < 5000; i++) log.info(`line ${i}`);
    await log.flush();
    expect(messages(await read(TODAY))).toEqual(Array.from({ length: 5000 }, (_, i) => `line ${i}`));
    expect(log.dropped).toBe(0);
  });

  it('appends to what is there, after finishing a line that was cut by a crash', async () => {
    await mkdir(directory);
    await writeFile(join(directory, TODAY), 'whole\nhal');
    const log = logger();
    log.info('next');
    await log.flush();
    expect((await read(TODAY)).split('\n').slice(0, 2)).toEqual(['whole', 'hal']);
    expect(messages(await read(TODAY))[2]).toBe('next');
  });

  it('leaves out what is below the level, which can change while it runs', async () => {
    const log = logger({ level: 'warn' });
    log.debug('no');
    log.info('no');
    log.warn('yes 1');
    log.setLevel('debug');
    log.debug('yes 2');
    log.setLevel('error');
    log.warn('no');
    await log.flush();
    expect(messages(await read(TODAY))).toEqual(['yes 1', 'yes 2']);
  });

  it('never writes a configured secret, nor one that came later', async () => {
    const log = logger({ redact: ['first-secret'], console: 'stderr' });
    log.addRedacted(['second-secret']);
    log.info('first-secret', { a: 'second-secret' });
    await log.flush();
    expect(screen + (await read(TODAY))).not.toMatch(/first-secret|second-secret/);
  });

  it('writes to the standard error as well when asked to, and not otherwise', async () => {
    const quiet = logger();
    quiet.info('a');
    await quiet.flush();
    expect(screen).toBe('');
    const loud = logger({ console: 'stderr' });
    loud.info('b');
    await loud.flush();
    expect(messages(screen)).toEqual(['b']);
  });
});

describe('rotation', () => {
  it('begins a new file at local midnight', async () => {
    const log = logger();
    clock.advance(DAY_MS / 2 - 1);
    log.info('before midnight');
    clock.advance(1);
    log.info('midnight');
    await log.flush();
    expect(messages(await read(TODAY))).toEqual(['before midnight']);
    expect(messages(await read('ops-server.log.2026-11-24'))).toEqual(['midnight']);
  });

  it('moves a full file aside as .1, .2 …, today in the plain name', async () => {
    const one = '2026-11-23T00:00:00.000Z [INFO] part 0\n'.length;
    const log = logger({ maxFileBytes: 2 * one });
    for (let i = 0; i < 5; i++) log.info(`part ${i}`);
    await log.flush();
    expect(await names()).toEqual([TODAY, `${TODAY}.1`, `${TODAY}.2`]);
    expect(messages(await read(`${TODAY}.1`))).toEqual(['part 0', 'part 1']);
    expect(messages(await read(`${TODAY}.2`))).toEqual(['part 2', 'part 3']);
    expect(messages(await read(TODAY))).toEqual(['part 4']);
  });

  it('counts what a file holds from before, and goes on with the next number', async () => {
    await mkdir(directory);
    await writeFile(join(directory, TODAY), `${'x'.repeat(99)}\n`);
    await writeFile(join(directory, `${TODAY}.7`), 'old\n');
    const log = logger({ maxFileBytes: 100 });
    log.info('fresh');
    await log.flush();
    expect(await names()).toEqual([TODAY, `${TODAY}.7`, `${TODAY}.8`]);
    expect(messages(await read(TODAY))).toEqual(['fresh']);
  });

  it('writes a line that is larger than a file, into one of its own', async () => {
    const log = logger({ maxFileBytes: 10 });
    log.info('long one');
    log.info('long two');
    await log.flush();
    expect(messages(await read(`${TODAY}.1`))).toEqual(['long one']);
    expect(messages(await read(TODAY))).toEqual(['long two']);
  });

  it(`keeps ${MAX_PARTS_A_DAY} full files of a day, and no more`, async () => {
    const log = logger({ maxFileBytes: 10 });
    for (let i = 0; i <= MAX_PARTS_A_DAY; i++) log.info(`line ${i}`);
    await log.flush();
    expect(await names()).toHaveLength(MAX_PARTS_A_DAY + 1);
    expect(await names()).toContain(`${TODAY}.1`);
    log.info('one more');
    await log.flush();
    expect(await names()).toHaveLength(MAX_PARTS_A_DAY + 1);
    expect(await names()).not.toContain(`${TODAY}.1`);
  });

  it('deletes what is older than the retention, and nothing that is not its own', async () => {
    await mkdir(directory);
    const kept = [
      'ops-server.log.2026-11-21',
      'ops-server.log.2026-11-21.3',
      'ops-server.log.2020-01-01.bak',
      'ops-server.log.2020-01-01.1.gz',
      'ops-server.log.20200101',
      'ops-server.log',
      'ops-server.logs.2020-01-01',
      'web.log.2020-01-01',
      'xops-server.log.2020-01-01',
    ];
    const gone = ['ops-server.log.2026-11-20', 'ops-server.log.2026-11-20.1', 'ops-server.log.2020-01-01'];
    for (const name of [...kept, ...gone]) await writeFile(join(directory, name), '');
    const log = logger({ retentionDays: 2 });
    log.info('x');
    await log.flush();
    expect(await names()).toEqual([...kept, TODAY].toSorted());
    clock.advance(DAY_MS);
    log.info('next day');
    await log.flush();
    expect(await names()).not.toContain('ops-server.log.2026-11-21');
  });

  it('finds a file again that somebody moved away', async () => {
    const log = logger();
    log.info('one');
    await log.flush();
    await rename(join(directory, TODAY), join(directory, 'taken'));
    clock.advance(LOOK_AGAIN_MS);
    log.info('two');
    await log.flush();
    expect(messages(await read(TODAY))).toEqual(['two']);
  });
});

/** A file where the directory should be stops every user, root too. */
async function block(): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await writeFile(directory, '');
}

describe('a log that cannot be written', () => {
  it('is told once on the standard error, and stops nobody', async () => {
    await block();
    const log = logger();
    for (let i = 0; i < 3; i++) {
      log.info(`line ${i}`);
      await log.flush();
      await clock.advanceAsync(RETRY_MS);
    }
    await until(() => screen !== '', { what: 'the report' });
    await log.flush();
    expect(screen.match(/cannot be written/g)).toHaveLength(1);
    expect(screen).toContain(directory);
    expect(log.dropped).toBe(0);
  });

  it('recovers by itself, with the lines that waited', async () => {
    await block();
    const log = logger();
    log.info('while broken');
    await until(() => screen !== '', { what: 'the report' });
    await rm(directory);
    await clock.advanceAsync(RETRY_MS);
    await log.flush();
    expect(messages(await read(TODAY))).toEqual([
      'while broken',
      'The log can be written again lines_lost=0',
    ]);
  });

  it('keeps a bounded queue and counts what it loses', async () => {
    await block();
    const log = logger();
    log.info('first');
    await until(() => screen !== '', { what: 'the report' });
    const text = 'x'.repeat(4000);
    const lines = Math.ceil(MAX_QUEUED_BYTES / 4000) + 10;
    for (let i = 0; i < lines; i++) log.info(text);
    const lost = log.dropped;
    expect(lost).toBeGreaterThanOrEqual(10);
    await rm(directory);
    await clock.advanceAsync(RETRY_MS);
    await until(async () => (await read(TODAY)).includes(`lines_lost=${lost}`), {
      what: 'the count in the log',
    });
    expect(messages(await read(TODAY)).filter((line) => line === text)).toHaveLength(lines - lost);
  });

  it('does not follow a link, and does not wait for a pipe', async () => {
    await mkdir(directory);
    const target = join(directory, 'target');
    await writeFile(target, '');
    await symlink(target, join(directory, TODAY));
    const log = logger();
    log.info('x');
    await until(() => screen !== '', { what: 'the report' });
    expect(await readFile(target, 'utf8')).toBe('');
  });

  it('is no reason not to start or stop: a screen that never takes a line costs CLOSE_WITHIN_MS at most', async () => {
    const log = logger({ console: 'stderr', stderr: () => new Promise(() => {}) });
    log.info('x');
    await until(async () => (await read(TODAY)).endsWith('\n'), { what: 'the line in the file' });
    const closed = log.close();
    await clock.advanceAsync(CLOSE_WITHIN_MS);
    await closed;
    expect(messages(await read(TODAY))).toEqual(['x']);
  });
});

describe('closing', () => {
  it('writes what waits; later lines are dropped and counted, and closing again is harmless', async () => {
    const log = logger();
    log.info('last');
    await log.close();
    await log.close();
    log.info('too late');
    expect(messages(await read(TODAY))).toEqual(['last']);
    expect(log.dropped).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('never touches the mode of a directory that exists', async () => {
    await mkdir(directory);
    await chmod(directory, 0o700);
    const log = logger();
    log.info('x');
    await log.close();
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });
});
