/** A report as a table for people, or as one object for machines. */
import { cpus, loadavg, totalmem } from 'node:os';

import type { Figure, Goal, Report } from './benchmark.ts';

const DECIMALS: Readonly<Record<Figure['unit'], number>> = {
  µs: 1,
  ms: 2,
  s: 2,
  MB: 1,
  kB: 1,
  B: 0,
  '/s': 0,
  '%': 2,
  '×': 2,
  '': 2,
};

export function amount(value: number, unit: Figure['unit']): string {
  const decimals = unit === '' && Number.isInteger(value) ? 0 : DECIMALS[unit];
  return `${value.toFixed(decimals)}${unit && unit !== '×' && unit !== '%' ? ' ' : ''}${unit}`;
}

function passes(goal: Goal): boolean {
  return goal.value <= goal.limit;
}

export function machine(): string {
  const processors = cpus();
  const memory = (totalmem() / 1024 ** 3).toFixed(0);
  const load = loadavg().map((value) => value.toFixed(2));
  return `${processors.length} × ${processors[0]?.model ?? 'unknown CPU'}, ${memory} GiB, ${process.platform} ${process.arch}, Node ${process.version}, load ${load.join(' ')}`;
}

function loadWords(load: number | undefined): string {
  return load === undefined ? '' : `  (load ${load.toFixed(1)})`;
}

export function asTable(report: Report): string {
  const lines: string[] = [];
  for (const { title, figures, notes = [] } of report.sections) {
    lines.push('', title);
    for (const { label, value, unit, load } of figures) {
      lines.push(`  ${label.padEnd(46)} ${amount(value, unit)}${loadWords(load)}`);
    }
    for (const note of notes) lines.push(`  ${note}`);
  }
  if (report.goals.length > 0) lines.push('', 'Goals');
  for (const goal of report.goals) {
    const reached = amount(goal.value, goal.unit);
    const verdict = passes(goal) ? 'PASS' : 'MISS';
    lines.push(
      `  ${verdict}  ${goal.label.padEnd(42)} ${reached}  (goal ≤ ${amount(goal.limit, goal.unit)})${loadWords(goal.load)}`,
    );
  }
  const { failures = [] } = report;
  if (failures.length > 0) lines.push('', 'Not measured');
  for (const failure of failures) lines.push(`  FAIL  ${failure}`);
  lines.push('', `Machine: ${machine()}`);
  return lines.join('\n');
}

function byName(figures: readonly Figure[]) {
  return Object.fromEntries(
    figures.map(({ name, value, unit, load }) => [
      name,
      { value, unit, ...(load !== undefined && { load }) },
    ]),
  );
}

export function asJson(name: string, values: Readonly<Record<string, number>>, report: Report): string {
  return JSON.stringify({
    benchmark: name,
    options: values,
    machine: machine(),
    sections: report.sections.map((section) => ({
      title: section.title,
      figures: byName(section.figures),
      notes: section.notes ?? [],
    })),
    goals: report.goals.map((goal) => ({ ...goal, pass: passes(goal) })),
    failures: report.failures ?? [],
  });
}
