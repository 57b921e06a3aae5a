/**
 * What a doctor finds. A check is a row of a table: an id, and a pure function from facts that were gathered before to
 * what is to be said of them. Gathering reads and asks; it never changes anything.
 */
import type { Text } from '../language.ts';

export type Level = 'ok' | 'warning' | 'fault';

export interface Finding {
  readonly level: Level;
  /** One sentence without its full stop: what is so, and why that is a fault. */
  readonly cause: Text;
  /** The command that mends it, to be pasted into a shell. */
  readonly mend?: string | undefined;
}

export interface Check<Facts> {
  /** Stable, for scripts: lower-case words with hyphens. */
  readonly id: string;
  /** Nothing: the check does not apply here. */
  readonly run: (facts: Facts) => Finding | readonly Finding[] | undefined;
}

/** A finding with the id of its check. */
export interface Found extends Finding {
  readonly id: string;
}

export const ok = (en: string, zh: string): Finding => ({ level: 'ok', cause: { en, zh } });
export const warning = (en: string, zh: string, mend?: string): Finding => ({
  level: 'warning',
  cause: { en, zh },
  mend,
});
export const fault = (en: string, zh: string, mend?: string): Finding => ({
  level: 'fault',
  cause: { en, zh },
  mend,
});

/** All findings, in the order of the table. */
export function runChecks<Facts>(checks: readonly Check<Facts>[], facts: Facts): Found[] {
  return checks.flatMap(({ id, run }) =>
    [run(facts) ?? []].flat().map((finding: Finding) => ({ id, ...finding })),
  );
}
