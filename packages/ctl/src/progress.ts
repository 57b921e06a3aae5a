/** How far a batch is: one line that is drawn again on a terminal, lines of text in a pipe. */
import type { BatchCounts, BatchSummary } from '@ops/protocol/http/batches.ts';
import type { Language } from '@ops/runtime/language.ts';

import type { Terminal } from './terminal.ts';

/** In a pipe a line is written no more often than this. */
const LINE_EVERY_MS = 1000;
const BAR_COLUMNS = 24;

export interface Progress {
  show(batch: BatchSummary): void;
  /** Removes the bar. */
  end(): void;
}

export const unfinished = (counts: BatchCounts): number => counts.held + counts.pending + counts.executing;

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

export function createProgress(terminal: Terminal): Progress {
  const { language, clock } = terminal;
  let last = '';
  let lastAt = -Infinity;
  const line = ({ targets, counts }: BatchSummary): string =>
    `${targets - unfinished(counts)}/${targets}  ${countsLine(counts, language)}`;
  return {
    show(batch) {
      const text = line(batch);
      if (text === last) return;
      if (terminal.isErrorTerminal) {
        const done = batch.targets === 0 ? 1 : (batch.targets - unfinished(batch.counts)) / batch.targets;
        const filled = Math.round(done * BAR_COLUMNS);
        const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR_COLUMNS - filled)}] ${text}`;
        terminal.err(`\r\u001b[K${bar.slice(0, Math.max(20, terminal.columns - 1))}`);
      } else {
        const isOver = batch.state === 'finished';
        if (!isOver && clock.mono() - lastAt < LINE_EVERY_MS) return;
        terminal.err(`${text}\n`);
      }
      last = text;
      lastAt = clock.mono();
    },
    end() {
      if (terminal.isErrorTerminal && last !== '') terminal.err('\r\u001b[K');
    },
  };
}
