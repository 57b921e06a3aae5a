import { parseIp } from '@ops/runtime/ip-address.ts';

function dotted(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
}

/** As an address is shown and logged: IPv4 inside IPv6 as IPv4, no zone. What is no address stays as it is. */
export function plainAddress(text: string): string {
  const withoutZone = text.replace(/%[A-Za-z0-9._-]+$/, '');
  const ip = parseIp(withoutZone);
  return ip?.bits === 32 ? dotted(ip.value) : withoutZone;
}

/**
 * What attempts are counted by: an IPv4 address, or the /64 an IPv6 address lies in, since whoever has one such
 * address has all of them.
 */
export function throttleKey(address: string): string {
  const ip = parseIp(address);
  if (!ip) return address;
  return ip.bits === 32 ? dotted(ip.value) : `${(ip.value >> 64n).toString(16)}/64`;
}
