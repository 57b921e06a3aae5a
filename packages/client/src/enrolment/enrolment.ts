/**
 * The first thing a host with a token does: it asks for a key until it has one.
 *
 *   idle ──start──► asking ──key kept──► done
 *                   │   ▲
 *                   ▼   │ retry (as the link does)
 *                  waiting ──gave up, stop──► idle
 */
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import { asFailure } from '../link/failure.ts';
import type { LinkFailure } from '../link/failure.ts';
import type { Reconnect } from '../link/reconnect.ts';
import type { EnrolledKey } from './enrol.ts';

export interface EnrolmentNeeds {
  /** @throws LinkFailure */
  readonly ask: (signal: AbortSignal) => Promise<EnrolledKey>;
  /** Durable when it resolves. @throws UnsafeFile */
  readonly keep: (key: string) => Promise<void>;
  readonly reconnect: Reconnect;
  readonly clock: Clock;
  readonly log: Log;
  readonly on: {
    done(key: string): void;
    gaveUp(failure: LinkFailure): void;
  };
}

export interface Enrolment {
  start(): void;
  /** Harmless when it is done. */
  stop(): void;
}

export function createEnrolment(needs: EnrolmentNeeds): Enrolment {
  const { ask, keep, reconnect, clock, log, on } = needs;
  const controller = new AbortController();
  let retry: Timer | undefined;

  async function attempt(): Promise<void> {
    try {
      const { key, generation } = await ask(controller.signal);
      await keep(key);
      if (controller.signal.aborted) return;
      log.info('This host is enrolled: it has a key of its own now', { generation });
      on.done(key);
    } catch (cause) {
      if (!controller.signal.aborted) failed(asFailure(cause));
    }
  }

  function failed(failure: LinkFailure): void {
    log.error(`This host could not be enrolled: ${failure.message}`);
    const decision = reconnect.next(failure, undefined);
    if (decision === 'give up') return on.gaveUp(failure);
    log.info('Trying again', {
      in_secs: Math.round(decision.retryInMs / 100) / 10,
      failures: decision.failures,
    });
    retry = clock.after(decision.retryInMs, () => void attempt());
  }

  return {
    start: () => void attempt(),
    stop() {
      controller.abort();
      retry?.cancel();
    },
  };
}
