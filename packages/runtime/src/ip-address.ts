/** Internet addresses as numbers: for lists of trusted addresses and for "is this loopback?". Pure, no socket. */

export interface IpAddress {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

export interface IpRange extends IpAddress {
  readonly prefix: number;
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    // A leading zero means octal to some and decimal to others: refused.
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

/** Sixteen-bit groups of one side of a `::`. A dotted quad may stand at the end of the whole address. */
function groups(text: string, mayEndDotted: boolean): bigint[] | undefined {
  if (text === '') return [];
  const found: bigint[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (mayEndDotted && part.includes('.') && index === parts.length - 1) {
      const quad = parseV4(part);
      if (quad === undefined) return undefined;
      found.push(quad >> 16n, quad & 0xffffn);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) found.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return found;
}

function parseV6(text: string): bigint | undefined {
  const sides = text.split('::');
  if (sides.length > 2 || text.length > 45) return undefined;
  const head = groups(sides[0]!, sides.length === 1);
  const tail = sides.length === 2 ? groups(sides[1]!, true) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (sides.length === 2 ? missing < 1 : missing !== 0) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0n), ...tail].reduce(
    (all, group) => (all << 16n) | group,
    0n,
  );
}

const MAPPED = 0xffffn << 32n;

/** IPv4 that arrived as IPv6 (`::ffff:10.0.0.1`) is the IPv4 address. No brackets, no zone, no port. */
export function parseIp(text: string): IpAddress | undefined {
  const v4 = parseV4(text);
  if (v4 !== undefined) return { bits: 32, value: v4 };
  const v6 = text.includes(':') ? parseV6(text) : undefined;
  if (v6 === undefined) return undefined;
  return v6 >> 32n === MAPPED >> 32n ? { bits: 32, value: v6 & 0xffff_ffffn } : { bits: 128, value: v6 };
}

/** `10.0.0.0/8`, or one address. Bits behind the prefix are ignored. */
export function parseRange(text: string): IpRange | undefined {
  const [address, prefix, ...rest] = text.split('/');
  const ip = parseIp(address!);
  if (!ip || rest.length > 0) return undefined;
  if (prefix === undefined) return { ...ip, prefix: ip.bits };
  if (!/^\d{1,3}$/.test(prefix)) return undefined;
  // `::ffff:10.0.0.0/104` counts its prefix in 128 bits.
  const mapped = ip.bits === 32 && address!.includes(':');
  const length = Number(prefix) - (mapped ? 96 : 0);
  return length < 0 || length > ip.bits ? undefined : { ...ip, prefix: length };
}

/** Tells whether an address is in one of the ranges. What is no address is in none. */
export function addressFilter(ranges: readonly string[]): (address: string) => boolean {
  const parsed = ranges.map(parseRange).filter((range) => range !== undefined);
  return (address) => {
    const ip = parseIp(address);
    return (
      ip !== undefined &&
      parsed.some(({ bits, value, prefix }) => {
        const behind = BigInt(bits - prefix);
        return bits === ip.bits && value >> behind === ip.value >> behind;
      })
    );
  };
}

const loopback = addressFilter(['127.0.0.0/8', '::1']);

/** True for loopback addresses and for the name `localhost`. */
export function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || loopback(host);
}
