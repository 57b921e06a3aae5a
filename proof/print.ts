/** Findings as a table: goal, floor, and what was measured. */
import { meets } from './promise.ts';
import type { Bound, Finding, Proof } from './promise.ts';

const SIGN = { exactly: '=', 'at most': '≤', 'at least': '≥' } as const;

function amount(value: number, unit: string): string {
  const digits = Number.isInteger(value) ? 0 : Math.abs(value) < 10 ? 2 : 1;
  return `${value.toFixed(digits)}${unit && ` ${unit}`}`;
}

function bound(value: Bound | undefined, unit: string): string {
  return value === undefined ? '–' : `${SIGN[value.kind]} ${amount(value.value, unit)}`;
}

export type Verdict = 'PASS' | 'MISS' | 'FAIL';

/** MISS: the goal is missed, the floor is not. */
export function verdictOf({ measured, goal, floor }: Finding): Verdict {
  if (floor && !meets(floor, measured)) return 'FAIL';
  return meets(goal, measured) ? 'PASS' : 'MISS';
}

export function asTable({ id, promise }: Proof, findings: readonly Finding[], secs: number): string {
  const rows = findings.map((finding) => [
    verdictOf(finding),
    finding.what,
    amount(finding.measured, finding.unit),
    `goal ${bound(finding.goal, finding.unit)}`,
    `floor ${bound(finding.floor, finding.unit)}`,
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd());
  return [`${id}  ${promise} (${secs.toFixed(0)} s)`, ...lines].join('\n');
}
