import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { expect, it } from 'vitest';

import { windowsAnswer } from './windows-answers.ts';

const clock = new ManualClock();

it.each([
  ['whoami', /\\/],
  ['date', /^2026-01-01T00:00:00\.000Z\n$/],
  ['uptime', /^up \d+ days, \d+:\d\d\n$/],
  ['free', /^total \d+ MiB, used \d+ MiB, free \d+ MiB\n$/],
])('%s is answered by Node itself', (name, text) => {
  expect(windowsAnswer([name], clock)).toMatch(text);
});

it.each(['ps', 'systemctl', 'netstat'])('%s is not', (name) => {
  expect(windowsAnswer([name], clock)).toBeUndefined();
});
