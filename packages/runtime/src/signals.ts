/**
 * What signals do to a program.
 *
 *   running ──SIGINT, SIGTERM──► stopping ──stopped──► exit 0 (1 when stopping failed)
 *      │                            │
 *    SIGHUP: reload                 ├──after STOP_WITHIN_MS──► exit 1
 *                                   └──a later SIGINT────────► exit 1
 *
 * A second SIGTERM is harmless: supervisors repeat it. A second SIGINT is a person who will not wait; within
 * INSIST_AFTER_MS it is the terminal and a parent reporting the same key.
 */
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** Time for finishing what is in flight. */
export const STOP_WITHIN_MS = 10_000;
export const INSIST_AFTER_MS = 1000;
/** Time for the last line of the log when the program ends by force. */
export const LAST_WORDS_MS = 100;

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** What is needed of `process`. */
export interface SignalSource {
  on(signal: Signal, call: () => void): unknown;
  off(signal: Signal, call: () => void): unknown;
  exit(code: number): void;
  exitCode?: number | string | null | undefined;
}

export interface SignalOptions {
  readonly process: SignalSource;
  readonly clock: Clock;
  readonly log: Log;
  /** Called once. Should release everything, the log last. */
  readonly stop: () => Promise<void>;
  /** Reads configuration and secrets again. One at a time; a signal during one causes one more. */
  readonly reload?: () => Promise<void>;
}

export interface Signals {
  /** Stops as SIGTERM does, for programs that end by themselves. */
  stop(): void;
  /** Listens no longer. */
  release(): void;
}

export function handleSignals({ process, clock, log, stop, reload }: SignalOptions): Signals {
  let stoppingSince: number | undefined;
  let reloading = false;
  let reloadAgain = false;

  function leaveByForce(): void {
    clock.after(LAST_WORDS_MS, () => process.exit(1));
  }

  function begin(reason: string): void {
    stoppingSince = clock.mono();
    // Should nothing be left to wait for while stopping is not finished, Node ends by itself: not as a success.
    process.exitCode = 1;
    log.info('Stopping', { reason });
    const deadline = clock.after(STOP_WITHIN_MS, () => {
      log.error('Not stopped in time', { within_ms: STOP_WITHIN_MS });
      leaveByForce();
    });
    // In a promise, so that a fault that is thrown at once is one like any other.
    void Promise.resolve()
      .then(stop)
      .then(
        () => 0,
        (error: unknown) => {
          log.error('Stopping failed', { error });
          return 1;
        },
      )
      .then((code) => {
        deadline.cancel();
        process.exit(code);
      });
  }

  function onTerminate(): void {
    if (stoppingSince === undefined) begin('SIGTERM');
  }

  function onInterrupt(): void {
    if (stoppingSince === undefined) begin('SIGINT');
    else if (clock.mono() - stoppingSince >= INSIST_AFTER_MS) {
      log.warn('Interrupted while stopping');
      leaveByForce();
    }
  }

  async function reloadOnce(): Promise<void> {
    reloading = true;
    do {
      reloadAgain = false;
      try {
        await reload?.();
      } catch (error) {
        log.error('Reloading failed; what was loaded before stays in force', { error });
      }
    } while (reloadAgain);
    reloading = false;
  }

  /** Without a hook SIGHUP is ignored: a closed terminal does not end a daemon. */
  function onHangUp(): void {
    if (stoppingSince !== undefined) return;
    if (reloading) reloadAgain = true;
    else void reloadOnce();
  }

  const handlers: readonly (readonly [Signal, () => void])[] = [
    ['SIGTERM', onTerminate],
    ['SIGINT', onInterrupt],
    ['SIGHUP', onHangUp],
  ];
  for (const [signal, call] of handlers) process.on(signal, call);
  return {
    stop() {
      if (stoppingSince === undefined) begin('the program itself');
    },
    release() {
      for (const [signal, call] of handlers) process.off(signal, call);
    },
  };
}
