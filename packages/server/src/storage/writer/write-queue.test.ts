import { describe, expect, it } from 'vitest';

import { silentLog } from '@ops/runtime/log.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';

import type { CompiledChange, Reply, Request } from './messages.ts';
import {
  createWriteQueue,
  MAX_GROUP_CHANGES,
  RETRY_MS,
  STALLED_MS,
  type WriteQueueNeeds,
} from './write-queue.ts';

const change: CompiledChange = { statements: [], audit: [] };
const failed: Reply = { type: 'failed', reason: 'unusable', message: 'disk full' };
const unavailable = { code: 'storage_unavailable' };
const turn = (): Promise<void> => new ManualClock().advanceAsync(0);

/** A writer that answers when and what the test says. */
function scripted(options: Partial<WriteQueueNeeds> = {}) {
  const requests: Request[] = [];
  let answer: ((reply: Reply | Error) => void) | undefined;
  let ended = 0;
  const clock = new ManualClock();
  const queue = createWriteQueue({
    thread: {
      request(request) {
        if (answer) throw new Error('two requests at a time');
        requests.push(request);
        return new Promise((resolve, reject) => {
          answer = (reply) => {
            answer = undefined;
            if (reply instanceof Error) reject(reply);
            else resolve(reply);
          };
        });
      },
      end: () => Promise.resolve(void ended++),
    },
    clock,
    log: silentLog,
    trail: undefined,
    setup: () => ({
      path: '/x',
      durability: 'full',
      migrations: [],
      auditKey: undefined,
      maxPages: undefined,
    }),
    ...options,
  });
  return {
    queue,
    clock,
    requests,
    /** Types of the requests so far, commits with their size. */
    get asked() {
      return requests.map((request) =>
        request.type === 'commit' ? `commit ${request.changes.length}` : request.type,
      );
    },
    get ended() {
      return ended;
    },
    async reply(reply: Reply | Error): Promise<void> {
      await turn();
      if (!answer) throw new Error('nothing was asked');
      answer(reply);
      await turn();
    },
    async commit(): Promise<void> {
      await turn();
      const last = requests.at(-1);
      if (last?.type !== 'commit') throw new Error('no commit was asked for');
      await this.reply({
        type: 'committed',
        outcomes: last.changes.map(() => ({ applied: true, results: [] })),
        trail: undefined,
      });
    },
  };
}

/** Rejections are looked at later. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

describe('changes', () => {
  it('are committed at once when the writer is idle, and together when they come while it commits', async () => {
    const { queue, ...test } = scripted();
    const first = queue.add(change, 1);
    await turn();
    expect(test.requests).toHaveLength(1);
    const more = [queue.add(change, 1), queue.add(change, 1), queue.add(change, 1)];
    await turn();
    expect(test.requests).toHaveLength(1);
    expect(queue.counts.waiting).toBe(4);
    await test.commit();
    await first;
    await test.commit();
    await Promise.all(more);
    expect(test.requests.map((r) => r.type === 'commit' && r.changes.length)).toEqual([1, 3]);
    expect(queue.counts).toEqual({ commits: 2, changes: 4, refused: 0, unavailable: 0, waiting: 0 });
  });

  it('share commits of at most MAX_GROUP_CHANGES', async () => {
    const test = scripted();
    const all = Array.from({ length: MAX_GROUP_CHANGES + 1 }, () => test.queue.add(change, 1));
    await test.commit();
    await test.commit();
    await Promise.all(all);
    expect(test.asked).toEqual([`commit ${MAX_GROUP_CHANGES}`, 'commit 1']);
  });

  it('are refused beyond the number that may wait, counting those being committed', async () => {
    const test = scripted({ maxWaitingChanges: 3 });
    const taken = [test.queue.add(change, 1)];
    await turn();
    taken.push(test.queue.add(change, 1), test.queue.add(change, 1));
    await expect(test.queue.add(change, 1)).rejects.toMatchObject(unavailable);
    await test.commit();
    taken.push(test.queue.add(change, 1));
    await test.commit();
    await test.commit();
    await Promise.all(taken);
    expect(test.queue.counts).toMatchObject({ changes: 4, unavailable: 1 });
  });

  it('are refused beyond the bytes that may wait', async () => {
    const test = scripted({ maxWaitingBytes: 100 });
    const taken = [test.queue.add(change, 60), test.queue.add(change, 40)];
    await expect(test.queue.add(change, 1)).rejects.toMatchObject(unavailable);
    await test.commit();
    taken.push(test.queue.add(change, 100));
    await test.commit();
    await Promise.all(taken);
  });

  it('that the database refuses fail alone', async () => {
    const test = scripted();
    const [good, bad] = [test.queue.add(change, 1), quiet(test.queue.add(change, 1))];
    await test.reply({
      type: 'committed',
      outcomes: [
        { applied: true, results: [{ rows: [], changes: 1 }] },
        { applied: false, reason: 'unique', message: 'taken' },
      ],
      trail: undefined,
    });
    expect(await good).toEqual([{ rows: [], changes: 1 }]);
    await expect(bad).rejects.toMatchObject({ name: 'ChangeRefusedError', reason: 'unique' });
    expect(test.queue.fault).toBeUndefined();
  });
});

describe('a commit that fails', () => {
  it('rejects its changes and those waiting, asks for none of them again, and opens anew', async () => {
    const test = scripted();
    const first = quiet(test.queue.add(change, 1));
    await turn();
    const second = quiet(test.queue.add(change, 1));
    await test.reply(failed);
    await expect(first).rejects.toMatchObject(unavailable);
    await expect(second).rejects.toMatchObject(unavailable);
    expect(test.queue.fault?.message).toBe('disk full');
    await expect(test.queue.add(change, 1)).rejects.toMatchObject(unavailable);
    expect(test.asked).toEqual(['commit 1', 'open']);
    expect(test.requests[1]).toMatchObject({ recovering: true });

    await test.reply({ type: 'opened', trail: undefined });
    expect(test.queue.fault).toBeUndefined();
    const third = test.queue.add(change, 1);
    await test.commit();
    await third;
    expect(test.queue.counts).toEqual({ commits: 1, changes: 1, refused: 0, unavailable: 3, waiting: 0 });
  });

  it('is followed by a try each RETRY_MS until one succeeds', async () => {
    const test = scripted();
    const lost = quiet(test.queue.add(change, 1));
    await test.reply(failed);
    await test.reply(failed);
    for (let i = 0; i < 3; i++) {
      test.clock.advance(RETRY_MS - 1);
      await turn();
      expect(test.asked).toHaveLength(2 + i);
      test.clock.advance(1);
      await test.reply(i < 2 ? failed : { type: 'opened', trail: undefined });
    }
    expect(test.queue.fault).toBeUndefined();
    await expect(lost).rejects.toMatchObject(unavailable);
  });

  it('may also be a thread that died', async () => {
    const test = scripted();
    const lost = quiet(test.queue.add(change, 1));
    await test.reply(new Error('the thread died'));
    await expect(lost).rejects.toMatchObject(unavailable);
    expect(test.queue.fault?.message).toBe('the thread died');
    expect(test.asked).toEqual(['commit 1', 'open']);
  });

  it('shows as a fault while it takes too long', async () => {
    const test = scripted();
    const slow = test.queue.add(change, 1);
    await turn();
    test.clock.advance(STALLED_MS);
    expect(test.queue.fault).toBeUndefined();
    test.clock.advance(1);
    expect(test.queue.fault?.message).toContain(`${STALLED_MS} ms`);
    await test.commit();
    expect(test.queue.fault).toBeUndefined();
    await slow;
  });
});

describe('closing', () => {
  it('commits what is waiting, then closes once', async () => {
    const test = scripted();
    const all = Array.from({ length: MAX_GROUP_CHANGES + 1 }, () => test.queue.add(change, 1));
    const closing = [test.queue.close(), test.queue.close()];
    await expect(test.queue.add(change, 1)).rejects.toMatchObject(unavailable);
    await test.commit();
    await test.commit();
    await test.reply({ type: 'closed' });
    await Promise.all([...closing, ...all]);
    expect(test.asked).toEqual([`commit ${MAX_GROUP_CHANGES}`, 'commit 1', 'close']);
    expect(test.ended).toBe(1);
    expect(test.clock.pending).toBe(0);
  });

  it('ends while a commit fails, while opening anew, and between two tries', async () => {
    const replies: readonly (readonly Reply[])[] = [[failed], [failed, failed]];
    for (const before of [[], ...replies]) {
      const test = scripted();
      const lost = quiet(test.queue.add(change, 1));
      await turn();
      for (const reply of before) await test.reply(reply);
      const closing = test.queue.close();
      if (before.length < 2) await test.reply(failed);
      await test.reply(failed);
      await closing;
      await expect(lost).rejects.toMatchObject(unavailable);
      expect(test.asked.at(-1)).toBe('close');
      expect(test.clock.pending).toBe(0);
    }
  });
});

describe('anchors', () => {
  it('are asked for each minute when rows have none', async () => {
    const test = scripted({ trail: { seq: 5, anchoredTo: 3 } });
    test.clock.advance(60_000);
    expect(test.requests).toMatchObject([{ type: 'commit', changes: [], anchor: true }]);
    await test.reply({ type: 'committed', outcomes: [], trail: { seq: 5, anchoredTo: 5 } });
    test.clock.advance(60_000);
    await turn();
    expect(test.requests).toHaveLength(1);
  });
});
