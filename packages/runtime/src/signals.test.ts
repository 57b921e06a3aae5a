import { EventEmitter } from 'node:events';

import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { describe, expect, it } from 'vitest';

import type { Log } from './log.ts';
import { silentLog } from './log.ts';
import { handleSignals, INSIST_AFTER_MS, LAST_WORDS_MS, STOP_WITHIN_MS } from './signals.ts';

class Program extends EventEmitter {
  exits: number[] = [];
  exitCode: number | undefined;

  exit(code: number): void {
    this.exits.push(code);
  }
}

function start(options: { stop?: () => Promise<void>; reload?: () => Promise<void> } = {}) {
  const program = new Program();
  const clock = new ManualClock();
  const errors: string[] = [];
  const log: Log = { ...silentLog, error: (message) => errors.push(message) };
  let stops = 0;
  const stop = (): Promise<void> => {
    stops++;
    return options.stop?.() ?? Promise.resolve();
  };
  const signals = handleSignals({
    process: program,
    clock,
    log,
    stop,
    ...(options.reload && { reload: options.reload }),
  });
  return { program, clock, errors, signals, stops: () => stops };
}

const never = (): Promise<void> => new Promise(() => {});

describe('signals', () => {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    it(`stop the program on ${signal}, which then ends with 0`, async () => {
      const { program, clock, stops } = start();
      program.emit(signal);
      await clock.advanceAsync(0);
      expect(program.exits).toEqual([0]);
      expect(stops()).toBe(1);
      expect(clock.pending).toBe(0);
    });
  }

  it('end the program with 1 when stopping fails', async () => {
    for (const stop of [
      () => Promise.reject(new Error('stuck')),
      () => {
        throw new Error('at once');
      },
    ]) {
      const { program, clock, errors } = start({ stop });
      program.emit('SIGTERM');
      await clock.advanceAsync(0);
      expect(program.exits).toEqual([1]);
      expect(errors).toEqual(['Stopping failed']);
    }
  });

  it('end the program with 1 when stopping takes longer than its time', async () => {
    const { program, clock, errors } = start({ stop: never });
    program.emit('SIGTERM');
    await clock.advanceAsync(STOP_WITHIN_MS - 1);
    expect(errors).toEqual([]);
    await clock.advanceAsync(1 + LAST_WORDS_MS);
    expect(program.exits).toEqual([1]);
    expect(errors).toEqual(['Not stopped in time']);
  });

  it('mark an end without finished stopping as a failure', () => {
    const { program } = start({ stop: never });
    program.emit('SIGTERM');
    expect(program.exitCode).toBe(1);
  });

  it('stop once, though a supervisor repeats SIGTERM', async () => {
    const { program, clock, stops } = start({ stop: never });
    for (let i = 0; i < 3; i++) {
      program.emit('SIGTERM');
      await clock.advanceAsync(2000);
    }
    expect(stops()).toBe(1);
    expect(program.exits).toEqual([]);
  });

  it('end at once for a person who presses Ctrl-C again', async () => {
    const { program, clock } = start({ stop: never });
    program.emit('SIGINT');
    await clock.advanceAsync(INSIST_AFTER_MS);
    program.emit('SIGINT');
    await clock.advanceAsync(LAST_WORDS_MS);
    expect(program.exits).toEqual([1]);
  });

  it('take the same Ctrl-C from terminal and parent for one', async () => {
    const { program, clock } = start({ stop: never });
    program.emit('SIGINT');
    await clock.advanceAsync(INSIST_AFTER_MS - 1);
    program.emit('SIGINT');
    await clock.advanceAsync(LAST_WORDS_MS);
    expect(program.exits).toEqual([]);
  });

  it('reload on SIGHUP, one at a time, and once more when asked meanwhile', async () => {
    let running = 0;
    let most = 0;
    let reloads = 0;
    const { program, clock } = start({
      async reload() {
        most = Math.max(most, ++running);
        reloads++;
        await Promise.resolve();
        running--;
      },
    });
    for (let i = 0; i < 5; i++) program.emit('SIGHUP');
    await clock.advanceAsync(0);
    expect([reloads, most]).toEqual([2, 1]);
    program.emit('SIGHUP');
    await clock.advanceAsync(0);
    expect(reloads).toBe(3);
  });

  it('go on when reloading fails, and say so', async () => {
    const { program, clock, errors } = start({ reload: () => Promise.reject(new Error('bad file')) });
    program.emit('SIGHUP');
    await clock.advanceAsync(0);
    expect(errors).toHaveLength(1);
    expect(program.exits).toEqual([]);
  });

  it('survive SIGHUP without a hook, and ignore it while stopping', async () => {
    const { program, clock } = start();
    program.emit('SIGHUP');
    await clock.advanceAsync(0);
    expect(program.exits).toEqual([]);
    let reloads = 0;
    const other = start({ stop: never, reload: async () => void reloads++ });
    other.program.emit('SIGTERM');
    other.program.emit('SIGHUP');
    await other.clock.advanceAsync(0);
    expect(reloads).toBe(0);
  });

  it('are left alone after release; the program may stop by itself', async () => {
    const { program, clock, signals } = start();
    signals.stop();
    signals.stop();
    await clock.advanceAsync(0);
    expect(program.exits).toEqual([0]);
    signals.release();
    expect(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => program.listenerCount(signal))).toEqual([0, 0, 0]);
  });
});
