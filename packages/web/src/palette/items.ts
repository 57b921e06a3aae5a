/** What the palette lists for words: the fitting candidates, the best of each group, the best group first. Pure. */
import type { LinkProps } from '@tanstack/react-router';

import type { ShownState } from '../commands/command-state.ts';
import type { RolloutState } from '@ops/protocol/domain/rollout.ts';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import type { Presence } from '../ui/StatusLabel.tsx';
import { matchWords, wordsIn } from './match.ts';
import type { Match } from './match.ts';

const GROUPS = ['hosts', 'apps', 'pages', 'commands', 'runs'] as const;
export type GroupName = (typeof GROUPS)[number];

/** Entries of one group: enough to choose from, few enough to see the next group. */
export const MAX_IN_GROUP = 6;

export type Mark =
  | { readonly kind: 'presence'; readonly presence: Presence }
  | { readonly kind: 'state'; readonly state: ShownState }
  | { readonly kind: 'batch'; readonly batch: Pick<BatchSummary, 'state' | 'counts'> }
  | { readonly kind: 'rollout'; readonly state: RolloutState };

export interface Candidate {
  readonly id: string;
  readonly group: GroupName;
  readonly name: string;
  /** Beside the name. */
  readonly about?: string | undefined;
  /** By which it is found besides its name. */
  readonly known?: readonly string[];
  /** The server found it by these words. What it looked at may not be here. */
  readonly found?: string;
  readonly code?: true;
  /** It fits whatever is typed: everything else comes before it. */
  readonly last?: true;
  readonly mark?: Mark;
  readonly leads: { readonly link: LinkProps } | { readonly act: () => void };
}

export interface Entry extends Candidate {
  readonly ranges: Match['ranges'];
}

interface Group {
  readonly name: GroupName;
  readonly entries: readonly Entry[];
}

interface Ranked {
  readonly entry: Entry;
  readonly score: number;
}

function ranked(candidates: readonly Candidate[], words: readonly string[]): Ranked[] {
  const fitting: Ranked[] = [];
  for (const candidate of candidates) {
    const { name, about, known = [], found } = candidate;
    const others = [
      ...known,
      ...(about === undefined ? [] : [about]),
      ...(found === undefined ? [] : [found]),
    ];
    const match = matchWords(words, name, others);
    if (match === undefined) continue;
    fitting.push({ entry: { ...candidate, ranges: match.ranges }, score: candidate.last ? 0 : match.score });
  }
  // Without words the order is that of who gave them.
  return words.length === 0 ? fitting : fitting.toSorted((a, b) => b.score - a.score);
}

export function groupsFor(candidates: readonly Candidate[], typed: string): readonly Group[] {
  const words = wordsIn(typed);
  const groups = GROUPS.flatMap((name) => {
    const own = candidates.filter(({ group }) => group === name);
    const best = ranked(own, words).slice(0, MAX_IN_GROUP);
    return best.length === 0
      ? []
      : [{ name, entries: best.map(({ entry }) => entry), score: best[0]!.score }];
  });
  return groups.toSorted((a, b) => b.score - a.score);
}

/** The word the server is asked for: it looks for one part, the longest narrows most. */
export function askedFor(typed: string): string {
  return wordsIn(typed).reduce((longest, word) => (word.length > longest.length ? word : longest), '');
}

/** Up and down go round; the others go as far as there is something. */
export const STEPS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at - 1 + count) % count,
  PageDown: (at, count) => Math.min(at + MAX_IN_GROUP, count - 1),
  PageUp: (at) => Math.max(at - MAX_IN_GROUP, 0),
  Home: () => 0,
  End: (_at, count) => count - 1,
};
