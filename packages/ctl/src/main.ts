/** opsctl as a process. Everything else is in opsctl.ts. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { systemClock } from '@ops/runtime/clock.ts';
import { languageOf } from '@ops/runtime/language.ts';

import { EXIT } from './exit-status.ts';
import { opsctl } from './opsctl.ts';
import type { Terminal } from './terminal.ts';

const interruption = new AbortController();
process.on('SIGINT', () => {
  // The second time, or where nothing listens for it, it ends the program as it always does.
  if (interruption.signal.aborted) process.exit(EXIT.interrupted);
  interruption.abort();
});
// A reader that went away, such as `head`.
process.stdout.on('error', () => process.exit(EXIT.good));

async function ask(question: string, { secret }: { readonly secret: boolean }): Promise<string> {
  const shown = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!secret) process.stderr.write(chunk);
      done();
    },
  });
  process.stderr.write(question);
  const lines = createInterface({ input: process.stdin, output: shown, terminal: true });
  lines.on('SIGINT', () => {
    process.stderr.write('\n');
    process.exit(EXIT.interrupted);
  });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    if (secret) process.stderr.write('\n');
  }
}

const terminal: Terminal = {
  language: languageOf(process.env),
  clock: systemClock,
  isErrorTerminal: process.stderr.isTTY,
  isInputTerminal: process.stdin.isTTY,
  columns: process.stderr.columns || 80,
  interrupted: interruption.signal,
  out: (shown) => void process.stdout.write(shown),
  err: (shown) => void process.stderr.write(shown),
  ask,
  readInput: () => text(process.stdin),
};

// Timers alone do not keep a process alive.
const alive = new MessageChannel();
alive.port1.ref();
process.exitCode = await opsctl({ args: process.argv.slice(2), env: process.env, terminal });
alive.port1.close();
