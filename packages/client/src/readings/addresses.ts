/** The addresses a host can be reached at, the most useful first. */

/** The part of what `os.networkInterfaces()` answers that is needed. */
export interface InterfaceAddress {
  readonly address: string;
  readonly family: string;
  readonly internal: boolean;
}

const MAX_ADDRESSES = 256;
const MAX_ADDRESS = 64;

function isLinkLocal(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/i.test(address) || address.startsWith('169.254.');
}

/**
 * Loopback is left out; link-local comes last, because it reaches nobody beyond the next switch. Otherwise IPv4 before
 * IPv6 in the order of the interfaces, each address once.
 */
export function listAddresses(
  interfaces: Readonly<Record<string, readonly InterfaceAddress[] | undefined>>,
): string[] {
  const rank = (entry: InterfaceAddress): number =>
    (isLinkLocal(entry.address) ? 2 : 0) + (entry.family === 'IPv4' ? 0 : 1);
  const outward = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address, internal }) => !internal && address.length <= MAX_ADDRESS);
  const ordered = outward.toSorted((a, b) => rank(a) - rank(b)).map(({ address }) => address);
  return [...new Set(ordered)].slice(0, MAX_ADDRESSES);
}
