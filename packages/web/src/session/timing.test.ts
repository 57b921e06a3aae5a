import { describe, expect, test } from 'vitest';

import {
  KEEP_ALIVE_EVERY_MS,
  LIMIT_NOTICE_MS,
  NOTICE_AFTER_MS,
  freshTiming,
  isOver,
  keepAliveDue,
  noticeAt,
  withLeft,
} from './timing.ts';

const NOW = 1_800_000_000_000;
const HOUR = 3600;
const hour = freshTiming(HOUR, NOW);

describe('keep-alive', () => {
  test('the first sign of a reader is told at once, the next after a minute', () => {
    expect(keepAliveDue(hour, NOW)).toBe(true);
    const told = { ...hour, lastKeepAliveAt: NOW };
    expect(keepAliveDue(told, NOW + KEEP_ALIVE_EVERY_MS - 1)).toBe(false);
    expect(keepAliveDue(told, NOW + KEEP_ALIVE_EVERY_MS)).toBe(true);
  });

  test('a server with short sessions is told more often', () => {
    const short = { ...freshTiming(60, NOW), lastKeepAliveAt: NOW };
    expect(keepAliveDue(short, NOW + 15_000)).toBe(true);
  });
});

describe('notice', () => {
  test('comes after five minutes without activity, with what is left', () => {
    expect(noticeAt(hour, NOW + NOTICE_AFTER_MS - 1)).toBeNull();
    expect(noticeAt(hour, NOW + NOTICE_AFTER_MS)).toEqual({
      kind: 'idle',
      leftMs: HOUR * 1000 - NOTICE_AFTER_MS,
    });
  });

  test('goes when the reader is active again', () => {
    const back = { ...hour, lastActivityAt: NOW + NOTICE_AFTER_MS };
    expect(noticeAt(back, NOW + NOTICE_AFTER_MS)).toBeNull();
  });

  test('tells an active reader that the session reaches its longest time', () => {
    const last = withLeft({ ...hour, lastActivityAt: NOW }, LIMIT_NOTICE_MS / 1000, NOW);
    expect(noticeAt(last, NOW)).toEqual({ kind: 'limit', leftMs: LIMIT_NOTICE_MS });
    expect(noticeAt(withLeft(hour, LIMIT_NOTICE_MS / 1000 + 1, NOW), NOW)).toBeNull();
  });

  test('warns at half of a session shorter than ten minutes', () => {
    const short = freshTiming(120, NOW);
    expect(noticeAt(short, NOW + 59_999)).toBeNull();
    expect(noticeAt(short, NOW + 60_000)).toEqual({ kind: 'idle', leftMs: 60_000 });
  });

  test('a token has no end and no notice', () => {
    const token = freshTiming(null, NOW);
    expect(noticeAt(token, NOW + 10 * NOTICE_AFTER_MS)).toBeNull();
    expect(isOver(token, NOW + 10 * NOTICE_AFTER_MS)).toBe(false);
  });
});

test('is over at its last moment, not before', () => {
  expect(isOver(hour, NOW + HOUR * 1000 - 1)).toBe(false);
  expect(isOver(hour, NOW + HOUR * 1000)).toBe(true);
});

test('an answer moves the end and never shortens what a session is known to last', () => {
  const later = withLeft(hour, 600, NOW + 1000);
  expect(later.endsAt).toBe(NOW + 601_000);
  expect(later.windowMs).toBe(HOUR * 1000);
});
