/** Words about many hosts at once, for rollouts and upgrades. Pure. */
import { table } from './printable.ts';

/** Host names shown on a line. */
const MAX_NAMES = 8;

export function listed(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return `${names.slice(0, MAX_NAMES).join(', ')}${more > 0 ? `, … +${more}` : ''}`;
}

/** `2 done, 1 failed`: the counts that are not zero, by the names of the states. */
export function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
}

/** `offline: since yesterday`, or what of it there is. */
export const because = (...parts: readonly (string | null | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== null && part !== '').join(': ');

/** Without a head of its own: the line above is it. */
export const rowsBelow = (rows: readonly (readonly string[])[]): string =>
  table(['', '', ''], rows).split('\n').slice(1).join('\n');
