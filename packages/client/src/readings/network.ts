/** Traffic of every real network interface: /proc/net/dev. */
import { existsSync } from 'node:fs';

import { MAX_INTERFACES } from '@ops/protocol/domain/sample.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';

import { createDeviceChoice } from './device-choice.ts';
import { RateMeter } from './rate.ts';
import { counter } from './readings.ts';
import type { ReadText, Source } from './readings.ts';

/** IFNAMSIZ of Linux is 16. */
const MAX_NAME = 64;

/** Made by software on top of others; shown only when nothing tells what is real, and never these. */
const VIRTUAL =
  /^(lo|veth.*|docker\d*|br-.*|virbr.*|lxcbr.*|lxdbr.*|cni.*|flannel.*|cali.*|ifb\d+|dummy\d+|sit\d+|tunl\d+|gre\d+|gretap\d+|erspan\d+|ip6tnl\d+|ip6gre\d+|ip_vti\d+|ip6_vti\d+|teql\d+|nlmon\d+|bonding_masters)$/;

export interface Traffic {
  readonly name: string;
  readonly received: number;
  readonly sent: number;
}

/** Two lines of heading, then `name:` and 16 columns: bytes received first, bytes sent ninth. Kernels before 3 may leave out the space after the colon. */
export function parseNetwork(text: string): Traffic[] {
  const found: Traffic[] = [];
  for (const line of text.split('\n')) {
    const colon = line.lastIndexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim();
    const columns = line
      .slice(colon + 1)
      .trim()
      .split(/ +/);
    const received = counter(columns[0]);
    const sent = counter(columns[8]);
    if (received === undefined || sent === undefined || name === '' || name.length > MAX_NAME) continue;
    found.push({ name, received, sent });
  }
  return found;
}

/**
 * Which interfaces count. Hardware (and what a virtual machine is given for hardware) has a device in /sys: where any
 * has, only those count, because bridges, bonds, VLANs and tunnels carry the same bytes a second time. Where none has,
 * as in a container, everything counts that is not known to be virtual by its name.
 */
export function realInterfaces(
  names: readonly string[],
  hasDevice: (name: string) => boolean,
): ReadonlySet<string> {
  const hardware = names.filter((name) => name !== 'lo' && hasDevice(name));
  return new Set(hardware.length > 0 ? hardware : names.filter((name) => !VIRTUAL.test(name)));
}

export function createNetworkSource(read: ReadText, path: string, sysClassNet: string): Source {
  const meter = new RateMeter();
  const choose = createDeviceChoice((names) =>
    realInterfaces(names, (name) => existsSync(`${sysClassNet}/${name}/device`)),
  );
  return {
    name: 'network',
    read(now) {
      const all = parseNetwork(read(path) ?? '');
      const real = choose(
        all.map(({ name }) => name),
        now,
      );
      const network: NonNullable<Sample['network']> = [];
      for (const { name, received, sent } of all) {
        if (!real.has(name)) continue;
        const rx = meter.rate(`${name} rx`, received, now);
        const tx = meter.rate(`${name} tx`, sent, now);
        if (rx === undefined || tx === undefined || network.length === MAX_INTERFACES) continue;
        network.push({ interface: name, rx_bytes_per_sec: rx, tx_bytes_per_sec: tx });
      }
      meter.forgetOthers(now);
      return network.length > 0 ? { network } : {};
    },
  };
}
