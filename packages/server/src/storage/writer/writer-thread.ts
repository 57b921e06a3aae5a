/** The main thread's end of the writer: one request at a time. A thread that died is started anew by the next request. */
import { getCompileCacheDir } from 'node:module';
import { Worker } from 'node:worker_threads';

import { INSIDE, singleFile } from '@ops/runtime/single-file.ts';

import type { Reply, Request } from './messages.ts';

export interface WriterThread {
  /** Only when the one before was answered. @throws Error when the thread died before it answered */
  request(request: Request): Promise<Reply>;
  /** Waits until the thread has ended. It ends by itself after `close`; otherwise it is made to. */
  end(): Promise<void>;
}

export function createWriterThread(): WriterThread {
  let worker: Worker | undefined;
  let waiting: { resolve: (reply: Reply) => void; reject: (cause: Error) => void } | undefined;

  function settle(settleWith: (waiter: NonNullable<typeof waiting>) => void): void {
    const waiter = waiting;
    waiting = undefined;
    worker?.unref();
    if (waiter) settleWith(waiter);
  }

  function start(): Worker {
    const cache = getCompileCacheDir();
    const inside = singleFile()?.text(INSIDE.writer);
    const started = new Worker(inside ?? new URL('./writer-worker.ts', import.meta.url), {
      name: 'database writer',
      eval: inside !== undefined,
      // Nothing else of the environment is needed there, and secrets may be in it. With the cache the thread need not
      // strip types itself, which costs it 11 MB.
      env: cache === undefined ? {} : { NODE_COMPILE_CACHE: cache },
    });
    started.on('message', (reply: Reply) => settle(({ resolve }) => resolve(reply)));
    const gone = (cause?: unknown): void => {
      if (worker !== started) return;
      worker = undefined;
      settle(({ reject }) => reject(new Error('the database writer ended unexpectedly', { cause })));
    };
    started.on('error', gone);
    started.on('exit', () => gone());
    return started;
  }

  return {
    request(request) {
      if (waiting) throw new Error('a request is under way');
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        worker ??= start();
        // The thread keeps the process alive only while it owes an answer.
        worker.ref();
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        worker.postMessage(request);
      });
    },
    async end() {
      await worker?.terminate();
    },
  };
}
