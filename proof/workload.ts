/** What people and scripts do with the API during a run, written into the history. */
import { isFinal } from '@ops/protocol/domain/command.ts';
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { Api } from './api.ts';
import type { GroundTruth } from './ground-truth.ts';
import type { History } from './history.ts';
import { between, pick } from './promise.ts';

export interface WorkloadNeeds {
  readonly api: Api;
  readonly truth: GroundTruth;
  readonly history: History;
  readonly random: Random;
  readonly clientIds: readonly string[];
  /** Of user `admin`. */
  readonly password: string;
}

export interface Workload {
  /** Ids of every command that was acknowledged. */
  readonly ids: readonly string[];
  stop(): Promise<void>;
}

const SENDERS = 3;
const POLLERS = 3;
/** Newest commands that are asked for and cancelled: the older ones are over. */
const RECENT = 60;
const QUEUE_SECS = 60;
const TIMEOUT_SECS = 5;

export function startWorkload(needs: WorkloadNeeds): Workload {
  const { api, truth, history, random, clientIds, password } = needs;
  const stopped = new AbortController();
  const ids: string[] = [];
  const over = new Set<string>();
  let marks = 0;

  const recent = (): string | undefined => {
    const from = Math.max(0, ids.length - RECENT);
    return ids.length === 0 ? undefined : ids[between(random, from, ids.length - 1)];
  };
  const work = (mark: string): string =>
    truth.command({
      // Some are longer than their time limit.
      sleepSecs: random.unit() < 0.1 ? TIMEOUT_SECS + 5 : between(random, 0, 15) / 10,
      exitCode: between(random, 0, 2),
      lines: between(random, 0, 200),
      mark,
    });

  async function send(proc: string): Promise<void> {
    const mark = `m${++marks}`;
    const command = work(mark);
    const clientId = pick(random, clientIds);
    const options = {
      idempotencyKey: mark,
      timeoutSecs: TIMEOUT_SECS,
      ...(random.unit() < 0.7 && { queueSecs: QUEUE_SECS }),
    };
    // Whoever gets no answer asks again, as a person does.
    for (let attempt = 0; attempt < 2; attempt++) {
      history.add({ proc, type: 'invoke', f: 'send', id: mark, value: { mark } });
      const reply = await api.send(clientId, command, options);
      if (reply.type === 'ok') {
        history.add({ proc, type: 'ok', f: 'send', id: reply.value, value: { mark } });
        ids.push(reply.value);
        return;
      }
      const code = reply.type === 'fail' ? reply.code : reply.cause;
      // A refusal says that nothing was done only when nothing was asked before it.
      const type = reply.type === 'fail' && attempt === 0 ? 'fail' : 'info';
      history.add({ proc, type, f: 'send', id: mark, value: { mark, code } });
      if (reply.type === 'fail') return;
    }
  }

  async function batch(proc: string): Promise<void> {
    const mark = `m${++marks}`;
    history.add({ proc, type: 'invoke', f: 'batch', id: mark, value: { mark } });
    const reply = await api.batch(
      {
        all: true,
        command: work(mark),
        timeout_secs: TIMEOUT_SECS,
        queue_secs: QUEUE_SECS,
        concurrency: between(random, 1, clientIds.length),
      },
      mark,
    );
    if (reply.type !== 'ok') {
      const code = reply.type === 'fail' ? reply.code : reply.cause;
      history.add({ proc, type: reply.type, f: 'batch', id: mark, value: { mark, code } });
      return;
    }
    for (const id of Object.values(reply.value.command_ids)) {
      history.add({ proc, type: 'ok', f: 'batch', id, value: { mark } });
      ids.push(id);
    }
  }

  async function poll(proc: string): Promise<void> {
    const id = recent();
    if (id === undefined) return;
    history.add({ proc, type: 'invoke', f: 'poll', id, value: {} });
    const reply = await api.result(id);
    if (reply.type === 'ok') {
      const { state, body } = reply.value;
      if (isFinal(state)) over.add(id);
      history.add({ proc, type: 'ok', f: 'poll', id, value: { state, error: body.error, late: body.late } });
    } else {
      const value = reply.type === 'fail' ? { code: reply.code } : {};
      history.add({ proc, type: reply.type, f: 'poll', id, value });
    }
  }

  async function cancel(proc: string): Promise<void> {
    const id = recent();
    if (id === undefined || over.has(id)) return;
    history.add({ proc, type: 'invoke', f: 'cancel', id, value: {} });
    const reply = await api.cancel(id);
    const value =
      reply.type === 'ok' ? { outcome: reply.value } : reply.type === 'fail' ? { code: reply.code } : {};
    history.add({ proc, type: reply.type, f: 'cancel', id, value });
  }

  async function login(proc: string): Promise<void> {
    history.add({ proc, type: 'invoke', f: 'login', id: 'admin', value: {} });
    const reply = await api.login('admin', password);
    const value = reply.type === 'fail' ? { code: reply.code } : {};
    history.add({ proc, type: reply.type, f: 'login', id: 'admin', value });
  }

  async function again(pauseMs: number, call: () => Promise<void>): Promise<void> {
    while (!stopped.signal.aborted) {
      await sleep(systemClock, random.unit() * 2 * pauseMs, stopped.signal);
      if (!stopped.signal.aborted) await call();
    }
  }

  const running = [
    ...Array.from({ length: SENDERS }, (_, i) => again(500, () => send(`sender-${i + 1}`))),
    ...Array.from({ length: POLLERS }, (_, i) => again(100, () => poll(`poller-${i + 1}`))),
    again(2_000, () => cancel('canceller')),
    again(5_000, () => batch('batcher')),
    again(10_000, () => login('person')),
  ];
  return {
    ids,
    async stop() {
      stopped.abort();
      await Promise.all(running);
    },
  };
}
