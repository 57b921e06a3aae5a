/**
 * The form of commands as an address. Read with the first page, so it knows shapes only; whether the numbers make sense
 * is asked where they are used.
 */
import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';

export interface OrderSearch {
  /** `hosts` when absent. */
  readonly to?: 'selector' | 'all';
  /** Ids with a comma between them. */
  readonly hosts?: string;
  readonly selector?: string;
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

/** Believes nothing of an address someone typed: what is not known is left out. */
export function readOrderSearch(raw: Readonly<Partial<Record<keyof OrderSearch, unknown>>>): OrderSearch {
  const text = (name: keyof OrderSearch, max: number): string | undefined => {
    const value = raw[name];
    return typeof value === 'string' && value !== '' ? value.slice(0, max) : undefined;
  };
  const to = raw['to'] === 'selector' || raw['to'] === 'all' ? raw['to'] : undefined;
  const hosts = (text('hosts', MAX_HOSTS_IN_ADDRESS * 37) ?? '')
    .split(',')
    .filter((id) => UUID_PATTERN.test(id));
  const selector = text('selector', MAX_SELECTOR);
  const command = text('command', MAX_TYPED);
  const numbers = NUMBERS.flatMap((name) => {
    const value = text(name, 9);
    return value !== undefined && /^\d+$/.test(value) ? [[name, value] as const] : [];
  });
  return {
    ...(to && { to }),
    ...(hosts.length > 0 && { hosts: [...new Set(hosts)].join(',') }),
    ...(selector !== undefined && { selector }),
    ...(command !== undefined && { command }),
    ...Object.fromEntries(numbers),
  };
}
