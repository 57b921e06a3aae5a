/** A terminal of strings, for tests. */
import { systemClock } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import type { Terminal } from './terminal.ts';

export interface TestTerminal extends Terminal {
  readonly stdout: () => string;
  readonly stderr: () => string;
  interrupt(): void;
}

export function testTerminal(
  options: {
    readonly isErrorTerminal?: boolean;
    readonly isInputTerminal?: boolean;
    readonly language?: 'zh' | 'en';
    readonly clock?: Clock;
    /** What the person answers, one after the other. */
    readonly answers?: readonly string[];
    readonly input?: string;
    /** Sees what is written on standard error. */
    readonly onError?: (text: string, terminal: TestTerminal) => void;
  } = {},
): TestTerminal {
  const interruption = new AbortController();
  const answers = [...(options.answers ?? [])];
  let [out, err] = ['', ''];
  const terminal: TestTerminal = {
    language: options.language ?? 'en',
    clock: options.clock ?? systemClock,
    isErrorTerminal: options.isErrorTerminal ?? false,
    isInputTerminal: options.isInputTerminal ?? false,
    columns: 80,
    interrupted: interruption.signal,
    out: (text) => void (out += text),
    err(text) {
      err += text;
      options.onError?.(text, terminal);
    },
    ask(question) {
      err += question;
      return Promise.resolve(answers.shift() ?? '');
    },
    readInput: () => Promise.resolve(options.input ?? ''),
    stdout: () => out,
    stderr: () => err,
    interrupt: () => interruption.abort(),
  };
  return terminal;
}
