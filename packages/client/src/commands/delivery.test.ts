/** How output and results reach the server. */
import { MAX_UNSENT_OUTPUT } from '@ops/protocol/wire/limits.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, test } from 'vitest';

import { idOf } from '../journal/test-journal.ts';
import { RESULT_REPEAT_MS } from './delivery.ts';
import { hostFor } from './test-commands.ts';
import type { Host } from './test-commands.ts';

const KIB = 1024;

/** A command that printed so many chunks of 16 KiB. */
async function printed(host: Host, n: number, chunks: number): Promise<void> {
  host.command(n);
  const process = await host.started(n);
  for (let i = 0; i < chunks; i++) process.output.write('stdout', Buffer.alloc(16 * KIB, 97 + (i % 26)));
  process.end();
}

const seqs = (host: Host, n: number): number[] =>
  host
    .of('command_output')
    .filter(({ command_id }) => command_id === idOf(n))
    .map(({ seq }) => seq);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const results = (host: Host): number => host.of('command_result').length;

describe('output', () => {
  test('goes out while the command runs, in order, and the result behind it', async () => {
    const host = await hostFor();
    host.command(1);
    const process = await host.started(1);
    process.output.write('stdout', Buffer.from('one\n'));
    await host.clock.advanceAsync(100);
    await until(() => seqs(host, 1).length === 1, { what: 'output before the end' });
    process.output.write('stderr', Buffer.from([0xff, 0x00]));
    process.end();
    await host.result(1);
    expect(host.of('command_output')).toMatchObject([
      { seq: 0, stream: 'stdout', data: 'one\n', encoding: 'utf8' },
      { seq: 1, stream: 'stderr', data: '/wA=', encoding: 'base64' },
    ]);
    expect(host.sent.at(-1)?.type).toBe('command_result');
  });

  test('of which the link takes nothing is sent up to 256 KiB, and the rest when there is room', async () => {
    const host = await hostFor();
    host.drains = false;
    await printed(host, 1, 48);
    await until(() => seqs(host, 1).length > 5, { what: 'the first chunks' });
    await host.clock.advanceAsync(1_000);
    const bytes = host.of('command_output').reduce((sum, { data }) => sum + data.length, 0);
    expect(bytes).toBeLessThanOrEqual(MAX_UNSENT_OUTPUT);
    expect(results(host)).toBe(0);
    await until(
      () => {
        host.drain();
        return results(host) > 0;
      },
      { what: 'the result' },
    );
    expect(seqs(host, 1)).toEqual(upTo(48));
  });

  test('that is long does not delay the result of another command', async () => {
    const host = await hostFor();
    host.drains = false;
    await printed(host, 1, 48);
    await until(() => seqs(host, 1).length > 5, { what: 'the first chunks' });
    await printed(host, 2, 1);
    await until(
      () => {
        host.drain();
        return host.of('command_result').some(({ command_id }) => command_id === idOf(2));
      },
      { what: 'the result of the short one' },
    );
    expect(seqs(host, 1).length).toBeLessThan(48);
  });
});

describe('a new link', () => {
  test('goes on behind what the server has, and repeats the result', async () => {
    const host = await hostFor();
    await printed(host, 1, 4);
    await host.result(1);
    host.down();
    host.sent.length = 0;
    host.up([{ command_id: idOf(1), next_seq: 3, cancel: false }]);
    await host.result(1);
    expect(seqs(host, 1)).toEqual([3]);
  });

  test('on which the server does not name it brings everything', async () => {
    const host = await hostFor();
    await printed(host, 1, 4);
    await host.result(1);
    host.down();
    host.sent.length = 0;
    host.up();
    await host.result(1);
    expect(seqs(host, 1)).toEqual([0, 1, 2, 3]);
  });

  test('brings what ended while there was none', async () => {
    const host = await hostFor();
    host.command(1);
    const process = await host.started(1);
    host.down();
    process.output.write('stdout', Buffer.from('late\n'));
    process.end();
    await until(() => host.commands.report().commands[0]?.state === 'finished', { what: 'its end' });
    expect(results(host)).toBe(0);
    host.up([{ command_id: idOf(1), next_seq: 0, cancel: false }]);
    expect(await host.result(1)).toMatchObject({ outcome: 'completed', chunks: 1 });
  });
});

describe('the server', () => {
  test('that misses chunks gets them again, and the result', async () => {
    const host = await hostFor();
    await printed(host, 1, 4);
    await host.result(1);
    host.sent.length = 0;
    host.commands.missing(idOf(1), 2);
    await host.result(1);
    expect(seqs(host, 1)).toEqual([2, 3]);
    host.commands.missing(idOf(77), 0);
  });

  test('that acknowledges gets it no more; that does not, gets it every 30 s', async () => {
    const host = await hostFor();
    await printed(host, 1, 1);
    await host.result(1);
    await host.clock.advanceAsync(RESULT_REPEAT_MS);
    await until(() => results(host) === 2, { what: 'the result again' });
    expect(seqs(host, 1)).toEqual([0]);
    host.commands.acknowledged(idOf(1));
    await host.clock.advanceAsync(RESULT_REPEAT_MS * 3);
    host.down();
    host.up();
    await host.clock.advanceAsync(10);
    expect(results(host)).toBe(2);
    expect([...host.on.files.keys()].filter((path) => path.includes('results'))).toEqual([]);
  });
});

describe('kept output that was damaged', () => {
  test('is delivered up to there, and the result says that something is missing', async () => {
    const host = await hostFor();
    await printed(host, 1, 4);
    await host.result(1);
    host.down();
    host.sent.length = 0;
    const [, data] = host.on.only('/data/results/');
    data[40_000] = data[40_000]! ^ 1;
    host.up();
    const result = await host.result(1);
    expect(seqs(host, 1)).toEqual([0, 1]);
    expect(result).toMatchObject({
      outcome: 'completed',
      chunks: 2,
      truncated: true,
      stdout_bytes: 64 * KIB,
    });
  });
});
