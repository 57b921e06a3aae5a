import { describe, expect, test } from 'vitest';

import {
  ENDING_NOTICE_MS,
  KEEP_ALIVE_EVERY_MS,
  NOTICE_AFTER_MS,
  freshTiming,
  isOver,
  keepAliveDue,
  noticeAt,
  withLeft,
} from './timing.ts';

const NOW = 1_800_000_000_000;
const HOUR = 3600;
const left = (secs: number, maxSecs = 12 * HOUR) => ({ expires_in_secs: secs, max_expires_in_secs: maxSecs });
const hour = freshTiming(left(HOUR), NOW);

describe('keep-alive', () => {
  test('the first sign of a reader is told at once, the next after a minute', () => {
    expect(keepAliveDue(hour, NOW)).toBe(true);
    const told = { ...hour, lastKeepAliveAt: NOW };
    expect(keepAliveDue(told, NOW + KEEP_ALIVE_EVERY_MS - 1)).toBe(false);
    expect(keepAliveDue(told, NOW + KEEP_ALIVE_EVERY_MS)).toBe(true);
  });

  test('a server with short sessions is told more often', () => {
    const short = { ...freshTiming(left(60), NOW), lastKeepAliveAt: NOW };
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

  test('is a louder one five minutes before the end, until the server moves it', () => {
    const end = NOW + HOUR * 1000 - ENDING_NOTICE_MS;
    expect(noticeAt(hour, end - 1)).toMatchObject({ kind: 'idle' });
    expect(noticeAt(hour, end)).toEqual({ kind: 'ending', leftMs: ENDING_NOTICE_MS });
    expect(noticeAt({ ...hour, lastActivityAt: end }, end)).toMatchObject({ kind: 'ending' });
    expect(noticeAt(withLeft(hour, left(HOUR), end), end)).toBeNull();
  });

  test('tells an active reader that the session reaches its longest time', () => {
    const last = withLeft({ ...hour, lastActivityAt: NOW }, left(300, 300), NOW);
    expect(noticeAt(last, NOW)).toEqual({ kind: 'limit', leftMs: ENDING_NOTICE_MS });
    expect(noticeAt(withLeft(hour, left(301, 301), NOW), NOW)).toBeNull();
  });

  test('warns at half of a session shorter than ten minutes, and at its last quarter', () => {
    const short = freshTiming(left(120), NOW);
    expect(noticeAt(short, NOW + 59_999)).toBeNull();
    expect(noticeAt(short, NOW + 60_000)).toEqual({ kind: 'idle', leftMs: 60_000 });
    expect(noticeAt(short, NOW + 90_000)).toEqual({ kind: 'ending', leftMs: 30_000 });
  });

  test('a token has no end and no notice', () => {
    const token = freshTiming({ expires_in_secs: null, max_expires_in_secs: null }, NOW);
    expect(noticeAt(token, NOW + 10 * NOTICE_AFTER_MS)).toBeNull();
    expect(isOver(token, NOW + 10 * NOTICE_AFTER_MS)).toBe(false);
  });
});

test('is over at its last moment, not before', () => {
  expect(isOver(hour, NOW + HOUR * 1000 - 1)).toBe(false);
  expect(isOver(hour, NOW + HOUR * 1000)).toBe(true);
});

test('an answer moves the end and never shortens what a session is known to last', () => {
  const later = withLeft(hour, left(600), NOW + 1000);
  expect(later.endsAt).toBe(NOW + 601_000);
  expect(later.windowMs).toBe(HOUR * 1000);
});

test('more left than was known: somebody was active elsewhere', () => {
  const later = NOW + 6 * 60_000;
  expect(withLeft(hour, left(HOUR - 60), later).lastActivityAt).toBe(later - 60_000);
  expect(withLeft(hour, left(HOUR - 6 * 60), later).lastActivityAt).toBe(NOW);
});
