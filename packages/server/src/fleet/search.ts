/**
 * Search over the fleet: words apart by blanks, each a case-insensitive part of a host name, an address or a label `k=v`,
 * or the start of an id.
 */
import type { Entry } from './entry.ts';

/** Between the texts of an entry. Host text holds no control characters, so nothing is found across two of them. */
const BORDER = '\u0000';

/** Everything of a client a part may be found in, made when it changes: a search is then one look at each entry. */
export function searchText(of: Pick<Entry, 'facts' | 'remoteAddress' | 'labels'>): string {
  const texts = [of.facts.hostname, of.remoteAddress ?? '', ...(of.facts.ip_addresses ?? [])];
  for (const [key, value] of Object.entries(of.labels)) texts.push(`${key}=${value}`);
  return texts.join(BORDER).toLowerCase();
}

/** @returns whether an entry is found; everything is when there is nothing to look for */
export function createSearch(wanted: string): (entry: Entry) => boolean {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.some((word) => word.includes(BORDER))) return () => false;
  return ({ searchText: text, id }) => words.every((word) => text.includes(word) || id.startsWith(word));
}
