import { expect, test } from 'vitest';

import { enHost } from '../../../text/en-host.ts';
import { en } from '../../../text/en.ts';
import { enApps } from '../../../text/en-apps.ts';
import { createFormat } from '../../../text/format.ts';
import { rowWords, timeLabels, windowWords } from './times.ts';

const text = { ...en, ...enApps, ...enHost };
const format = createFormat('en', en, 'Europe/Berlin');
const MIDNIGHT = Date.UTC(2026, 10, 22, 23);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test.each([
  [30_000, [MIDNIGHT - 30_000, MIDNIGHT], ['23:59:30', 'Nov 23']],
  [HOUR, [MIDNIGHT, MIDNIGHT + HOUR], ['Nov 23', '01:00']],
  [24 * HOUR, [MIDNIGHT + HOUR], ['Nov 23']],
] as const)('a step of %d ms is labelled so', (step, at, labels) => {
  expect(timeLabels(at, step, format)).toEqual(labels);
});

test('a window names the day once when it is the same', () => {
  expect(windowWords({ from: MIDNIGHT, to: MIDNIGHT + HOUR }, text, format)).toBe('Nov 23 00:00 – 01:00');
  expect(windowWords({ from: MIDNIGHT - HOUR, to: MIDNIGHT }, text, format)).toBe(
    'Nov 22 23:00 – Nov 23 00:00',
  );
});

test.each([
  [0, 'Nov 23 00:00:00'],
  [MINUTE, 'Nov 23 00:00'],
  [15 * MINUTE, 'Nov 23 00:00 – 00:15'],
])('a row of %d ms is told as exactly as it is', (length, words) => {
  const row = { at: MIDNIGHT, from: MIDNIGHT, to: MIDNIGHT + length, values: {} };
  expect(rowWords(row, text, format)).toBe(words);
});
