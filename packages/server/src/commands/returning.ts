/**
 * Clients that speak of commands that are over here: a result whose acknowledgement was lost, evidence about one that was
 * given up, or one that was deleted since. What they are is in the database, not in memory, so it is looked up; the
 * client waits meanwhile.
 *
 *   unknown ──look up──► settled (acknowledge) | interrupted (evidence is taken) | nobody knows it (acknowledge)
 *                        another client's, or never sent: the connection closes (S-6)
 */
import { failureWord, isFinal } from '@ops/protocol/domain/command.ts';

import type { StoredCommand } from './command-rows.ts';
import { liveCommand, type LiveCommand } from './live-command.ts';
import { createCollector } from './output.ts';
import type { CommandParts } from './parts.ts';

/** Commands given up whose evidence is arriving; one more waits until its client repeats it. */
export const MAX_RETURNED = 1_000;
/** Evidence that began and did not become whole in this time is forgotten; the client has it still. */
export const EVIDENCE_WITHIN_MS = 120_000;

export type Found =
  /** It was given up, and what its client knows replaces that. In `returned` from now on. */
  | { readonly kind: 'evidence'; readonly live: LiveCommand }
  | { readonly kind: 'settled' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'foreign' }
  /** Not now: too many, or it is being made. */
  | { readonly kind: 'later' };

export interface Returning {
  get(id: string): LiveCommand | undefined;
  lookUp(id: string, clientId: string): Promise<Found>;
  remove(live: LiveCommand): void;
  /** Forgets evidence that did not become whole. */
  sweep(): LiveCommand[];
}

export function createReturning(parts: Pick<CommandParts, 'store' | 'index' | 'clock'>): Returning {
  const { store, index, clock } = parts;
  const returned = new Map<string, LiveCommand>();
  const asking = new Map<string, Promise<StoredCommand | undefined>>();

  function stored(id: string): Promise<StoredCommand | undefined> {
    let answer = asking.get(id);
    if (!answer) {
      answer = store.find(id).finally(() => asking.delete(id));
      asking.set(id, answer);
    }
    return answer;
  }

  return {
    get: (id) => returned.get(id),
    async lookUp(id, clientId) {
      const command = await stored(id);
      if (!command) return { kind: 'unknown' };
      const { summary, seq, output } = command;
      if (summary.client_id !== clientId || seq === null) return { kind: 'foreign' };
      if (!isFinal(summary.state)) return { kind: 'later' };
      if (summary.late || failureWord(summary.error) !== 'interrupted') return { kind: 'settled' };
      const known = returned.get(id);
      if (known) return { kind: 'evidence', live: known };
      if (returned.size >= MAX_RETURNED || index.get(id)) return { kind: 'later' };
      const live = liveCommand({
        ...command,
        carried: true,
        acknowledged: true,
        returned: true,
        output: createCollector(output),
        deadlineAt: clock.mono() + EVIDENCE_WITHIN_MS,
      });
      returned.set(id, live);
      return { kind: 'evidence', live };
    },
    remove: (live) => void returned.delete(live.summary.id),
    sweep() {
      const now = clock.mono();
      const over = [...returned.values()].filter((live) => live.deadlineAt <= now && !live.ending);
      for (const live of over) returned.delete(live.summary.id);
      return over;
    },
  };
}
