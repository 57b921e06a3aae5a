/** How far something is: one line that is drawn again on a terminal, lines of text in a pipe. */
import type { BatchCounts, BatchSummary } from '@ops/protocol/http/batches.ts';
import type { Timer } from '@ops/runtime/clock.ts';
import type { Language } from '@ops/runtime/language.ts';

import type { Terminal } from './terminal.ts';

/** In a pipe a line is written no more often than this. */
const LINE_EVERY_MS = 1000;
const BAR_COLUMNS = 24;

export interface Step {
  readonly done: number;
  readonly targets: number;
  readonly words: string;
  /** Nothing will follow: it is written at once. */
  readonly isLast: boolean;
}

export interface Progress {
  show(step: Step): void;
  /** A line that stays. */
  say(line: string): void;
  /** Removes the bar. */
  end(): void;
}

const unfinished = (counts: BatchCounts): number => counts.held + counts.pending + counts.executing;

export const failures = (counts: BatchCounts): number =>
  counts.nonzero + counts.timeout + counts.failed + counts.cancelled;

/** The counts that are not zero, in words. */
export function countsLine(counts: BatchCounts, language: Language): string {
  const words: readonly (readonly [count: number, zh: string, en: string])[] = [
    [counts.succeeded, '成功', 'ok'],
    [counts.nonzero, '退出码非零', 'exit not 0'],
    [counts.timeout, '超时', 'timed out'],
    [counts.failed, '失败', 'failed'],
    [counts.cancelled, '已取消', 'cancelled'],
    [counts.executing, '执行中', 'running'],
    [counts.pending, '等待开始', 'sent'],
    [counts.held, '排队', 'held'],
  ];
  return words
    .filter(([count]) => count > 0)
    .map(([count, zh, en]) => (language === 'zh' ? `${zh} ${count}` : `${count} ${en}`))
    .join(language === 'zh' ? '，' : ', ');
}

export function stepOf({ targets, counts, state }: BatchSummary, language: Language): Step {
  const done = targets - unfinished(counts);
  return { done, targets, words: countsLine(counts, language), isLast: state === 'finished' };
}

export function createProgress(terminal: Terminal): Progress {
  const { clock } = terminal;
  let last = '';
  let lastAt = -Infinity;
  /** Writes what was held back when its second is over. */
  let later: Timer | undefined;
  const write = (text: string): void => {
    later?.cancel();
    later = undefined;
    last = text;
    lastAt = clock.mono();
    terminal.err(text);
  };
  const showLine = (text: string, isOver: boolean): void => {
    later?.cancel();
    const rest = lastAt + LINE_EVERY_MS - clock.mono();
    if (isOver || rest <= 0) write(text);
    else later = clock.after(rest, () => write(text));
  };
  return {
    show({ done, targets, words, isLast }) {
      const text = `${done}/${targets}  ${words}`;
      if (!terminal.isErrorTerminal) {
        if (`${text}\n` !== last) showLine(`${text}\n`, isLast);
        return;
      }
      const filled = targets === 0 ? BAR_COLUMNS : Math.round((done / targets) * BAR_COLUMNS);
      const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR_COLUMNS - filled)}] ${text}`;
      const drawn = `\r\u001b[K${bar.slice(0, Math.max(20, terminal.columns - 1))}`;
      if (drawn !== last) write(drawn);
    },
    say(line) {
      later?.cancel();
      terminal.err(terminal.isErrorTerminal ? `\r\u001b[K${line}\n${last}` : `${line}\n`);
    },
    end() {
      later?.cancel();
      if (terminal.isErrorTerminal && last !== '') terminal.err('\r\u001b[K');
    },
  };
}
