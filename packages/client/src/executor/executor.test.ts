import { describe, expect, it } from 'vitest';

import { createProcessTable } from './process-table.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { systemExec } from '@ops/runtime/exec.ts';
import { until } from '@ops/testkit/until.ts';

import { carriers, executorStage } from './test-executor.ts';

describe('what runs', () => {
  it('is told with its exit code and both streams', async () => {
    const stage = await executorStage();
    const path = await stage.script('both.sh', 'echo out; echo err >&2; exit 3\n');
    const ran = await stage.finished(path);
    expect(ran).toMatchObject({ outcome: 'completed', exitCode: 3, signal: null, error: null });
    expect([ran.text('stdout'), ran.text('stderr')]).toEqual(['out\n', 'err\n']);
  });

  it('runs built-in commands by their absolute path', async () => {
    const stage = await executorStage();
    expect((await stage.finished('pwd')).text('stdout')).toBe('/\n');
    expect((await stage.finished('date +%Y')).text('stdout')).toMatch(/^\d{4}\n$/);
  });

  it('sees a constant environment and nothing of the client', async () => {
    const stage = await executorStage();
    const path = await stage.script('env.sh', 'exec env\n');
    const ran = await stage.finished(path);
    const names = ran
      .text('stdout')
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => line.split('=')[0]);
    expect(names).not.toContain('VITEST');
    expect(ran.text('stdout')).toContain('HOME=/nonexistent');
    expect(ran.text('stdout')).toContain(`OPS_COMMAND_ID=${ran.id}`);
  });

  it('answers by itself what is not started', async () => {
    const stage = await executorStage();
    const ran = await stage.finished('htop');
    expect(ran).toMatchObject({ outcome: 'completed', exitCode: 1 });
    expect(ran.text('stderr') + ran.text('stdout')).toContain('top -b -n 1');
  });

  it('runs scripts of every allowed kind', async () => {
    const stage = await executorStage();
    const python = await stage.script('p.py', 'import sys\nprint(sys.argv[1])\n');
    const perl = await stage.script('p.pl', 'print "$ARGV[0]\\n";\n');
    expect((await stage.finished(`${python} one`)).text('stdout')).toBe('one\n');
    expect((await stage.finished(`${perl} two`)).text('stdout')).toBe('two\n');
  });
});

describe('what does not run', () => {
  it('is refused by this host, with the rule', async () => {
    const stage = await executorStage();
    expect(await stage.executor.prepare('rm -rf /')).toMatchObject({ error: /^rejected: DANGEROUS/ });
    expect(await stage.executor.prepare('/opt/x/y.sh')).toMatchObject({
      error: /^rejected: BAD_SCRIPT_PATH/,
    });
  });

  it('is everything on a readonly host', async () => {
    const stage = await executorStage({ readonly: true });
    expect(await stage.executor.prepare('uptime')).toMatchObject({ error: /^rejected: readonly/ });
  });

  it('is a program that is not there', async () => {
    const stage = await executorStage({
      custom: [{ name: 'gone', path: '/usr/bin/no-such-program', args: [] }],
    });
    expect(await stage.executor.prepare('gone')).toMatchObject({ error: /^spawn_failed: .*does not exist/ });
  });

  it('is a file that cannot be started', async () => {
    const stage = await executorStage({ custom: [{ name: 'odd', path: '/etc/passwd', args: [] }] });
    const ran = await stage.finished('odd');
    expect(ran).toMatchObject({ outcome: 'failed', error: /^spawn_failed: .*EACCES/ });
  });
});

describe('the end', () => {
  it('comes at the time limit, for a process that ignores TERM too', async () => {
    const stage = await executorStage();
    const path = await stage.script('deaf.sh', "trap '' TERM\nwhile :; do sleep 0.1; done\n");
    const ran = await stage.finished(path, 300);
    expect(ran).toMatchObject({ outcome: 'timeout', signal: 'SIGKILL' });
    expect(await carriers(ran.id)).toEqual([]);
  });

  it('comes for a whole tree: many, in other sessions, forked twice, stopped', async () => {
    const stage = await executorStage();
    const path = await stage.script(
      'tree.sh',
      `for i in $(seq 10); do sleep 100 & done
for i in $(seq 10); do setsid sleep 100 & done
for i in $(seq 10); do (setsid sh -c 'sleep 100 & sleep 100' &) ; done
for i in $(seq 10); do (trap '' TERM; exec sleep 100) & done
sleep 100 & kill -STOP $!
echo ready
wait
`,
    );
    const ran = await stage.start(path);
    await until(() => ran.text('stdout').includes('ready'), { what: 'the tree' });
    ran.running.cancel();
    expect(await ran.running.outcome).toMatchObject({ outcome: 'cancelled' });
    expect(await carriers(ran.id)).toEqual([]);
  });

  it('is that of the process, not of a daemon that keeps its pipe', async () => {
    const stage = await executorStage();
    const path = await stage.script('daemon.sh', 'sleep 30 &\necho started\n');
    const ran = await stage.finished(path);
    expect(ran).toMatchObject({ outcome: 'completed', exitCode: 0 });
    expect(ran.text('stdout')).toBe('started\n');
    // What it left on purpose is not ended.
    expect(await carriers(ran.id)).toHaveLength(1);
    expect(await stage.executor.sweep(ran.id, undefined)).toBe(1);
  });

  it('by a signal of somebody else is a failure that names it', async () => {
    const stage = await executorStage();
    const path = await stage.script('self.sh', 'kill -9 $$\n');
    expect(await stage.finished(path)).toMatchObject({
      outcome: 'failed',
      signal: 'SIGKILL',
      error: /^signal: ended by SIGKILL/,
    });
  });

  it('of the first cause wins', async () => {
    const stage = await executorStage();
    const path = await stage.script('polite.sh', "trap 'exit 0' TERM\nwhile :; do sleep 0.05; done\n");
    expect(await stage.finished(path, 300)).toMatchObject({ outcome: 'timeout', exitCode: 0 });
  });
});

describe('what is told of output', () => {
  it('is every byte, binary or not UTF-8, with or without a line break', async () => {
    const stage = await executorStage();
    const path = await stage.script(
      'binary.py',
      'import sys\nsys.stdout.buffer.write(bytes(range(256)) * 4096)\nsys.stdout.buffer.flush()\n',
    );
    const ran = await stage.finished(path);
    expect(ran.outcome).toBe('completed');
    expect(ran.bytes()).toBe(256 * 4096);
  });
});

it('a bomb of fifty that keeps forking is ended in three seconds, and nobody else', async () => {
  const stage = await executorStage();
  const bystander = await stage.script('by.sh', 'echo up\nexec sleep 100\n');
  const other = await stage.start(bystander);
  const path = await stage.script(
    'bomb.sh',
    `trap '' TERM
spawn() { trap '' TERM; while :; do sleep 0.2; done; }
for i in $(seq 50); do spawn & done
echo ready
while :; do (setsid sleep 5 &); sleep 0.05; done
`,
  );
  const ran = await stage.start(path);
  await until(() => ran.text('stdout').includes('ready') && other.text('stdout') === 'up\n', {
    what: 'the bomb',
  });
  const from = systemClock.mono();
  ran.running.cancel();
  expect(await ran.running.outcome).toMatchObject({ outcome: 'cancelled' });
  expect(await carriers(ran.id)).toEqual([]);
  expect(systemClock.mono() - from).toBeLessThan(6000);
  expect(await carriers(other.id)).toHaveLength(1);
});

describe('after a crash', () => {
  it('what was left is found by pid and start time, and in other sessions by its id', async () => {
    const stage = await executorStage();
    const path = await stage.script('left.sh', 'setsid sleep 100 & sleep 100\n');
    const ran = await stage.start(path);
    await until(async () => (await carriers(ran.id)).length >= 3, { what: 'three processes' });
    expect(await stage.executor.sweep(ran.id, ran.spawned())).toBeGreaterThanOrEqual(3);
    expect(await carriers(ran.id)).toEqual([]);
    expect(await ran.running.outcome).toMatchObject({ outcome: 'failed' });
  });

  it('a stranger that has the pid now is left alone', async () => {
    const stage = await executorStage();
    const table = createProcessTable();
    const stranger = systemExec.spawn('/bin/sleep', ['100'], {
      env: {},
      cwd: '/',
      stdio: ['ignore', 'ignore', 'ignore'],
      detached: true,
    });
    const pid = stranger.pid!;
    const before = table.startTime(pid);
    expect(await stage.executor.sweep('11111111-2222-4333-8444-555555555555', { pid, startTime: '1' })).toBe(
      0,
    );
    expect(table.startTime(pid)).toBe(before);
    stranger.signal('SIGKILL');
    await stranger.exited;
  });
});

it('endless output is drained and bounded in time', async () => {
  const stage = await executorStage();
  const path = await stage.script('yes.sh', 'exec yes\n');
  let bytes = 0;
  const running = stage.executor.run(await stage.prepared(path), {
    commandId: '21111111-2222-4333-8444-555555555555',
    timeoutMs: 500,
    output: { write: (_stream, chunk) => void (bytes += chunk.length) },
    onSpawned() {},
  });
  expect(await running.outcome).toMatchObject({ outcome: 'timeout' });
  expect(bytes).toBeGreaterThan(1_000_000);
});
