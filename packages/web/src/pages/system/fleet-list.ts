/** Words that hosts are found by where all of them are at hand: the pages that choose hosts. Pure. */
import type { ClientName } from '@ops/protocol/http/clients.ts';

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Made when somebody looks for the first time: ten thousand hosts are looked through at each key. */
const texts = new WeakMap<ClientName, string>();

function textOf(client: ClientName): string {
  const known = texts.get(client);
  if (known !== undefined) return known;
  const labels = Object.entries(client.labels).map(([key, value]) => `${key}=${value}`);
  const text = [client.hostname, client.id, ...client.ip_addresses, ...labels].join('\n').toLowerCase();
  texts.set(client, text);
  return text;
}

/** Words apart by blanks; each must be part of the host name, the id, an address or a `key=value` label. */
export function matches(client: ClientName, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = textOf(client);
  return words.every((word) => text.includes(word));
}

export function wordsOf(q: string | undefined): readonly string[] {
  return (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
}

export function share(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole <= 0 ? undefined : (part / whole) * 100;
}

export function compareNames(a: ClientName, b: ClientName): number {
  return byName.compare(a.hostname, b.hostname) || (a.id < b.id ? -1 : 1);
}
