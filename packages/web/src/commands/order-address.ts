/**
 * The form of commands as an address. Read with the first page, so it knows shapes only; whether the numbers make sense
 * is asked where they are used.
 */
import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';

/** Which hosts are meant. */
export interface TargetSearch {
  /** `hosts` when absent. */
  readonly to?: 'selector' | 'all';
  /** Ids with a comma between them. */
  readonly hosts?: string;
  readonly selector?: string;
}

export interface OrderSearch extends TargetSearch {
  readonly command?: string;
  readonly timeout?: string;
  readonly queue?: string;
  readonly concurrency?: string;
  readonly stop?: string;
}

/** More ids than this make no address that a browser, a proxy and a person can handle. */
export const MAX_HOSTS_IN_ADDRESS = 150;
const MAX_SELECTOR = 1024;
/** Longest command the field takes: more than may run, so that the policy can say that it is too long. */
export const MAX_TYPED = 2048;

const NUMBERS = ['timeout', 'queue', 'concurrency', 'stop'] as const;

function textOf(value: unknown, max: number): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, max) : undefined;
}

export function readTargets(raw: Readonly<Partial<Record<keyof TargetSearch, unknown>>>): TargetSearch {
  const { to } = raw;
  const hosts = (textOf(raw.hosts, MAX_HOSTS_IN_ADDRESS * 37) ?? '')
    .split(',')
    .filter((id) => UUID_PATTERN.test(id));
  const selector = textOf(raw.selector, MAX_SELECTOR);
  return {
    ...((to === 'selector' || to === 'all') && { to }),
    ...(hosts.length > 0 && { hosts: [...new Set(hosts)].join(',') }),
    ...(selector !== undefined && { selector }),
  };
}

/** Believes nothing of an address someone typed: what is not known is left out. */
export function readOrderSearch(raw: Readonly<Partial<Record<keyof OrderSearch, unknown>>>): OrderSearch {
  const command = textOf(raw.command, MAX_TYPED);
  const numbers = NUMBERS.flatMap((name) => {
    const value = textOf(raw[name], 9);
    return value !== undefined && /^\d+$/.test(value) ? [[name, value] as const] : [];
  });
  return {
    ...readTargets(raw),
    ...(command !== undefined && { command }),
    ...Object.fromEntries(numbers),
  };
}
