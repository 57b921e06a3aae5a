/** Callers of the API that send commands at a rate and remember what was acknowledged. */
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { Api, SendOptions } from './api.ts';
import { pick } from './promise.ts';

export interface Storm {
  /** Ids of commands whose request was answered 200. */
  readonly acknowledged: ReadonlySet<string>;
  /** Requests by how they ended: `ok`, `info`, or the code of the refusal. */
  readonly endings: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

export interface StormOptions {
  readonly api: Api;
  readonly random: Random;
  readonly clientIds: readonly string[];
  readonly command: () => string;
  readonly writers: number;
  /** Of each writer. */
  readonly perSecond: number;
  readonly send?: SendOptions;
}

export function startStorm(options: StormOptions): Storm {
  const { api, random, clientIds, command, writers, perSecond } = options;
  const acknowledged = new Set<string>();
  const endings = new Map<string, number>();
  const stopped = new AbortController();
  const write = async (): Promise<void> => {
    let next = systemClock.mono() + (random.unit() * 1000) / perSecond;
    while (!stopped.signal.aborted) {
      await sleep(systemClock, next - systemClock.mono(), stopped.signal);
      if (stopped.signal.aborted) return;
      const reply = await api.send(pick(random, clientIds), command(), options.send);
      if (reply.type === 'ok') acknowledged.add(reply.value);
      const ending = reply.type === 'fail' ? reply.code : reply.type;
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
      // A writer that was held up does not make good for it: it is a rate, not a debt.
      next = Math.max(next + 1000 / perSecond, systemClock.mono() + 1);
    }
  };
  const writing = Array.from({ length: writers }, write);
  return {
    acknowledged,
    endings,
    async stop() {
      stopped.abort();
      await Promise.all(writing);
    },
  };
}
