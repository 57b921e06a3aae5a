import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { pinnedNode, startProgram } from './child-program.ts';
import type { ProgramOptions, RunningProgram } from './child-program.ts';
import { processUsage } from './process-usage.ts';
import { tempDirectory } from './temp-directory.ts';
import type { TempDirectory } from './temp-directory.ts';

let directory: TempDirectory;
let running: RunningProgram | undefined;

beforeEach(async () => {
  directory = await tempDirectory('program');
});

afterEach(async () => {
  if (running?.isRunning) await running.kill9();
  await directory.remove();
});

/** Runs a few lines of TypeScript as a program. */
async function program(text: string, options: Partial<ProgramOptions> = {}): Promise<RunningProgram> {
  const file = join(directory.path, 'program.ts');
  await writeFile(file, text);
  running = await startProgram({ file, ...options });
  return running;
}

const waiting = `
  process.on('SIGTERM', () => { console.error('stopping'); process.exit(0); });
  setInterval(() => {}, 1000);
  console.log('listening port=4711 of ' + process.env.PLACE);
`;

test('finds a line and what is in it, and stops in order', async () => {
  const child = await program(waiting, { env: { PLACE: 'here' } });
  expect((await child.line(/port=(\d+) of here/))[1]).toBe('4711');
  expect(await child.stop()).toEqual({ code: 0, signal: null });
  expect(child.lines.at(-1)).toBe('stopping');
  expect(child.isRunning).toBe(false);
});

test('a program that ends before it said the line is told with its last words', async () => {
  const child = await program(`console.error('port 3000 is taken'); process.exitCode = 1;`);
  await expect(child.line(/listening/)).rejects.toThrow(/status 1 before .*\n.*port 3000 is taken/);
});

test('a line that does not come is told as well', async () => {
  const child = await program(waiting);
  await child.line(/listening/);
  await expect(child.line(/registered/, { within: 30 })).rejects.toThrow(/no line like .*\nlistening/s);
});

test('kill9 is not orderly', async () => {
  const child = await program(waiting);
  await child.line(/listening/);
  expect(await child.kill9()).toEqual({ code: null, signal: 'SIGKILL' });
  expect(child.lines).not.toContain('stopping');
});

test('nothing of the environment is inherited', async () => {
  const child = await program(`console.log('keys ' + Object.keys(process.env).sort().join())`, {
    env: { OPS_A: '1' },
  });
  expect((await child.line(/keys (.*)/))[1]).toBe('OPS_A,PATH');
});

test('usage tells memory and CPU of a busy program', async () => {
  const child = await program(`
    const end = performance.now() + 200;
    while (performance.now() < end);
    console.log('done');
    setInterval(() => {}, 1000);
  `);
  await child.line(/done/);
  const usage = await child.usage();
  expect(usage.cpuMs).toBeGreaterThanOrEqual(150);
  expect(usage.rssBytes).toBeGreaterThan(20 * 1024 * 1024);
  expect(usage.anonymousBytes).toBeGreaterThan(1024 * 1024);
  expect(usage.anonymousBytes).toBeLessThan(usage.rssBytes);
  expect(usage.threads).toBeGreaterThan(1);
  expect(usage.openFiles).toBeGreaterThan(2);
});

test('a process that is gone has no usage', async () => {
  const child = await program(`console.log('done')`);
  await child.exited;
  await expect(processUsage(child.pid)).rejects.toThrow('ENOENT');
});

test('a launcher hands its options to Node, and messages too', async () => {
  const file = join(directory.path, 'launcher');
  const script = join(directory.path, 'program.ts');
  await writeFile(script, `process.on('message', (m) => console.log(m, process.execArgv, process.title));`);
  await writeFile(file, `#!/bin/sh\nexec "${pinnedNode()}" "${script}"\n`, { mode: 0o700 });
  running = await startProgram({ file, nodeArgs: ['--title=launched'], ipc: true });
  running.child.send('hello');
  await running.line(/hello .*launched/);
  expect(await running.kill9()).toEqual({ code: null, signal: 'SIGKILL' });
});

test('a program that cannot be started is an error', async () => {
  await expect(program('', { prefix: ['/nonexistent/program'] })).rejects.toThrow(/ENOENT|EACCES/);
});
