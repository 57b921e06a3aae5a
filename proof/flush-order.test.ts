import { expect, it } from 'vitest';

import { judgeTrace } from './flush-order.ts';
import { judgeOrder } from './promises/p02e.ts';

const REQUEST = '100 read(20<socket:[1]>, "POST /api/send-command HTTP/1.1\\r\\nh"..., 65536) = 321';
const ANSWER =
  '100 writev(20<socket:[1]>, [{iov_base="HTTP/1.1 200 OK\\r\\nContent-Secur"..., iov_len=812}], 1) = 812';
const FLUSH = '104 fdatasync(25</data/ops.db-wal>) = 0';

it('a flush of the log between request and answer counts, of any thread, whole or resumed', () => {
  expect(judgeTrace([REQUEST, FLUSH, ANSWER])).toEqual({ answered: 1, flushed: 1 });
  const unfinished = '104 fdatasync(25</data/ops.db-wal> <unfinished ...>';
  const resumed = '104 <... fdatasync resumed>) = 0';
  expect(judgeTrace([REQUEST, unfinished, '100 write(1<pipe:[2]>, "x", 1) = 1', resumed, ANSWER])).toEqual({
    answered: 1,
    flushed: 1,
  });
  expect(judgeTrace([REQUEST, unfinished, ANSWER, resumed])).toEqual({ answered: 1, flushed: 0 });
});

it('a flush before the request, of another file, or that failed does not count', () => {
  expect(judgeTrace([FLUSH, REQUEST, ANSWER])).toEqual({ answered: 1, flushed: 0 });
  expect(judgeTrace([REQUEST, FLUSH.replace('ops.db-wal', 'other'), ANSWER])).toEqual({
    answered: 1,
    flushed: 0,
  });
  const failed = '104 fdatasync(25</data/ops.db-wal>) = -1 EIO (Input/output error)';
  expect(judgeTrace([REQUEST, failed, ANSWER])).toEqual({ answered: 1, flushed: 0 });
  // One flush serves one request: the next one needs its own.
  expect(judgeTrace([REQUEST, FLUSH, ANSWER, REQUEST, ANSWER])).toEqual({ answered: 2, flushed: 1 });
});

it('a client flushes its journal before it spawns, and again before the result leaves', () => {
  const flush = 'flush /data/journal-11111111-2222-4333-8444-555555555555-1';
  const good = ['command', flush, 'accepted', 'spawn', flush, 'result'];
  expect(judgeOrder(good)).toEqual({ spawned: 1, spawnedFlushed: 1, results: 1, resultsFlushed: 1 });
  expect(judgeOrder(['command', 'spawn', flush, 'result'])).toMatchObject({
    spawnedFlushed: 0,
    resultsFlushed: 1,
  });
  expect(judgeOrder(['command', flush, 'spawn', 'result'])).toMatchObject({
    spawnedFlushed: 1,
    resultsFlushed: 0,
  });
  expect(judgeOrder(['command', 'flush /data/id', 'spawn'])).toMatchObject({ spawned: 1, spawnedFlushed: 0 });
});
