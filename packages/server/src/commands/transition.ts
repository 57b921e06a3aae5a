/**
 * The one place that changes the state of a command in memory, and tells of it. What the states do not allow
 * (protocol/domain/command.ts) is logged and counted, never applied.
 */
import { isFinal, mayFollow, type CommandState, type FinalState } from '@ops/protocol/domain/command.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { CommandChange, OutputPiece } from './commands.ts';
import type { DropCounters } from './counters.ts';
import type { LiveCommand } from './live-command.ts';

export interface Transitions {
  /** Whether it may become that. Otherwise it is logged and counted. */
  may(live: LiveCommand, to: CommandState): boolean;
  /** It became that, and this is on disk. @returns whether it was applied */
  move(live: LiveCommand, summary: CommandSummary, groupKey?: string): boolean;
  /** Something beside its state is new. */
  amend(live: LiveCommand, summary: CommandSummary): void;
  /** It has just been made. */
  made(summary: CommandSummary, held: boolean, groupKey: string | null): void;
  output(piece: OutputPiece): void;
  onChange(call: (change: CommandChange) => void): () => void;
  onOutput(call: (piece: OutputPiece) => void): () => void;
  readonly finished: Readonly<Record<FinalState, number>>;
}

export function createTransitions(needs: {
  readonly log: Log;
  readonly counters: DropCounters;
}): Transitions {
  const { log, counters } = needs;
  const changeListeners = new Set<(change: CommandChange) => void>();
  const outputListeners = new Set<(piece: OutputPiece) => void>();
  const finished: Record<FinalState, number> = { Completed: 0, Timeout: 0, Failed: 0, Cancelled: 0 };

  function tell<T>(listeners: ReadonlySet<(news: T) => void>, news: T): void {
    for (const call of listeners) {
      try {
        call(news);
      } catch (error) {
        log.error('a listener of the commands failed', { error });
      }
    }
  }

  function may({ summary, returned }: LiveCommand, to: CommandState): boolean {
    if (mayFollow(summary.state, summary.error, to, returned)) return true;
    counters.count('command_transition_impossible');
    log.error('a command does not change like this', { command: summary.id, from: summary.state, to });
    return false;
  }

  return {
    may,
    move(live, summary, groupKey) {
      const { state } = summary;
      if (!may(live, state)) return false;
      const before = live.summary.state;
      live.summary = summary;
      if (isFinal(state)) finished[state]++;
      tell(changeListeners, {
        summary,
        before,
        groupKey: groupKey ?? null,
        held: live.held,
      });
      return true;
    },
    amend(live, summary) {
      live.summary = summary;
      tell(changeListeners, {
        summary,
        before: summary.state,
        groupKey: null,
        held: live.held,
      });
    },
    made(summary, held, groupKey) {
      if (isFinal(summary.state)) finished[summary.state]++;
      if (changeListeners.size > 0) tell(changeListeners, { summary, before: undefined, groupKey, held });
    },
    output(piece) {
      if (outputListeners.size > 0) tell(outputListeners, piece);
    },
    onChange(call) {
      changeListeners.add(call);
      return () => void changeListeners.delete(call);
    },
    onOutput(call) {
      outputListeners.add(call);
      return () => void outputListeners.delete(call);
    },
    get finished() {
      return { ...finished };
    },
  };
}
