import type { Language } from '@ops/runtime/language.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { describe, expect, it } from 'vitest';

import { countsLine, createProgress } from './progress.ts';
import type { Step } from './progress.ts';
import { testTerminal } from './test-terminal.ts';

function batch(executing: number, succeeded: number, failed = 0, language: Language = 'en'): Step {
  const counts = { held: 0, pending: 0, executing, succeeded, nonzero: 0, timeout: 0, failed, cancelled: 0 };
  const targets = executing + succeeded + failed;
  return { done: succeeded + failed, targets, words: countsLine(counts, language), isLast: executing === 0 };
}

describe('progress', () => {
  it('is lines in a pipe, one a second at most, the newest of each second and the last one always', () => {
    const clock = new ManualClock();
    const terminal = testTerminal({ clock });
    const progress = createProgress(terminal);
    progress.show(batch(3, 0));
    progress.show(batch(2, 1));
    progress.show(batch(1, 2));
    clock.advance(999);
    expect(terminal.stderr()).toBe('0/3  3 running\n');
    clock.advance(1);
    progress.show(batch(0, 2, 1));
    progress.end();
    expect(terminal.stderr()).toBe('0/3  3 running\n2/3  2 ok, 1 running\n3/3  2 ok, 1 failed\n');
  });

  it('is a bar on a terminal, drawn again and removed at the end', () => {
    const terminal = testTerminal({ isErrorTerminal: true });
    const progress = createProgress(terminal);
    progress.show(batch(1, 1, 0, 'zh'));
    progress.show(batch(1, 1, 0, 'zh'));
    progress.say('one is there');
    progress.show(batch(0, 2, 0, 'zh'));
    progress.end();
    expect(terminal.stderr()).toBe(
      '\r\u001b[K[############............] 1/2  成功 1，执行中 1' +
        '\r\u001b[Kone is there\n\r\u001b[K[############............] 1/2  成功 1，执行中 1' +
        '\r\u001b[K[########################] 2/2  成功 2\r\u001b[K',
    );
  });
});
