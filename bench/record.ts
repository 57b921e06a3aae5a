/**
 * Figures as they come: each is told at once, with the load of the machine beside it, and a step that fails takes
 * nothing away that was measured before it.
 */
import { loadavg } from 'node:os';

import type { Context, Figure, Goal, Report } from './benchmark.ts';
import { amount } from './print.ts';

export interface FigureRecord {
  /** Keeps a figure and tells it; with a limit it is a goal as well. */
  figure(name: string, label: string, value: number, unit: Figure['unit'], limit?: number): void;
  /** Says what begins now. What it throws is kept as a failure, and the next step has its turn. */
  step(name: string, act: () => Promise<void>): Promise<void>;
  report(title: string): Report;
}

/**
 * @param prefix of the names for machines
 * @param about in front of every line that is told
 */
export function createRecord(prefix: string, about: string, context: Pick<Context, 'say'>): FigureRecord {
  const figures: Figure[] = [];
  const goals: Goal[] = [];
  const failures: string[] = [];
  return {
    figure(name, label, value, unit, limit) {
      const load = loadavg()[0] ?? 0;
      figures.push({ name: `${prefix}_${name}`, label, value, unit, load });
      if (limit !== undefined) {
        goals.push({ name: `goal_${prefix}_${name}`, label: `${about}: ${label}`, value, unit, load, limit });
      }
      context.say(`${about}: ${label} ${amount(value, unit)}, load ${load.toFixed(1)}`);
    },
    async step(name, act) {
      context.say(`${about}: ${name} …`);
      try {
        await act();
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        failures.push(`${about}: ${name}: ${why}`);
        context.say(`${about}: ${name} FAILED: ${why}`);
      }
    },
    report: (title) => ({ sections: [{ title, figures }], goals, failures }),
  };
}
