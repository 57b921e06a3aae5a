/**
 * On Windows nothing is spawned for the built-in commands: .bat and .cmd would run in a shell, and the tools are others
 * (S-36). What Node itself knows is answered; what it does not is refused as unsupported.
 */
import { freemem, hostname, totalmem, uptime, userInfo } from 'node:os';

import type { Clock } from '@ops/runtime/clock.ts';

const MIB = 1024 * 1024;

function upFor(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const clock = `${Math.floor(minutes / 60) % 24}:${String(minutes % 60).padStart(2, '0')}`;
  return `up ${Math.floor(minutes / 1440)} days, ${clock}`;
}

const ANSWERS: ReadonlyMap<string, (clock: Clock) => string> = new Map([
  ['whoami', () => `${hostname()}\\${userInfo().username}`],
  ['date', (clock: Clock) => new Date(clock.wall()).toISOString()],
  ['uptime', () => upFor(uptime())],
  ['pwd', () => 'C:\\'],
  [
    'free',
    () => {
      const total = Math.round(totalmem() / MIB);
      const free = Math.round(freemem() / MIB);
      return `total ${total} MiB, used ${total - free} MiB, free ${free} MiB`;
    },
  ],
]);

/** @returns the text of an answer with exit code 0, undefined for what cannot be answered */
export function windowsAnswer(argv: readonly string[], clock: Clock): string | undefined {
  // Options mean something, and none of them is understood here.
  const answer = argv.length === 1 ? ANSWERS.get(argv[0] ?? '') : undefined;
  return answer && `${answer(clock)}\n`;
}
