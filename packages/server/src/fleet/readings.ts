/** What many readings of one host come to in one number. A reading that is not there comes to nothing, never to zero. */
import type { SampleNumbers } from '@ops/protocol/domain/sample.ts';

type Disk = NonNullable<SampleNumbers['disks']>[number];

/** The disk with the largest share in use: the one that will be full first. Bytes. */
export function fullestDisk(sample: SampleNumbers): Disk | undefined {
  let fullest: Disk | undefined;
  let highest = -1;
  if (sample.disks) {
    for (const disk of sample.disks) {
      const share = disk.total > 0 ? disk.used / disk.total : -1;
      if (share > highest) {
        fullest = disk;
        highest = share;
      }
    }
  }
  return fullest;
}

/** Bytes a second received by all interfaces the client reports; it leaves loopback and the like out. */
export function receivedPerSec(sample: SampleNumbers): number | undefined {
  if (!sample.network || sample.network.length === 0) return undefined;
  let sum = 0;
  for (const each of sample.network) sum += each.rx_bytes_per_sec;
  return sum;
}

/** Bytes a second sent by all interfaces. */
export function sentPerSec(sample: SampleNumbers): number | undefined {
  if (!sample.network || sample.network.length === 0) return undefined;
  let sum = 0;
  for (const each of sample.network) sum += each.tx_bytes_per_sec;
  return sum;
}

/** Bytes a second read from all devices. */
export function readPerSec(sample: SampleNumbers): number | undefined {
  if (!sample.disk_io || sample.disk_io.length === 0) return undefined;
  let sum = 0;
  for (const each of sample.disk_io) sum += each.read_bytes_per_sec;
  return sum;
}

/** Bytes a second written to all devices. */
export function writtenPerSec(sample: SampleNumbers): number | undefined {
  if (!sample.disk_io || sample.disk_io.length === 0) return undefined;
  let sum = 0;
  for (const each of sample.disk_io) sum += each.write_bytes_per_sec;
  return sum;
}
