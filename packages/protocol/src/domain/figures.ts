/**
 * What a server counts of a sample: one number for each figure, side by side in an array in the order of FIGURES, NaN for
 * what the sample does not hold. A reading that is not there comes to nothing, never to zero.
 *
 * Interfaces and devices are summed up; of the disks the one that is fullest by share counts.
 */
import type { Sample } from './sample.ts';

/** The last one is shown and not averaged. */
export const FIGURES = [
  'cpu_usage',
  'load1',
  'used_memory',
  'total_memory',
  'used_swap',
  'disk_used',
  'disk_total',
  'rx_bytes_per_sec',
  'tx_bytes_per_sec',
  'read_bytes_per_sec',
  'write_bytes_per_sec',
  'uptime_secs',
] as const;
export type Figure = (typeof FIGURES)[number];

/** Where each is. */
export const AT = {
  cpu: 0,
  load1: 1,
  usedMemory: 2,
  totalMemory: 3,
  usedSwap: 4,
  diskUsed: 5,
  diskTotal: 6,
  received: 7,
  sent: 8,
  read: 9,
  written: 10,
  uptime: 11,
} as const;

type Disk = NonNullable<Sample['disks']>[number];

/** Share in use by which the fullest disk is found: below all others for one without a size. */
export function fullness(used: number, total: number): number {
  return total > 0 ? used / total : -1;
}

/** The disk with the largest share in use: the one that will be full first. Bytes. */
export function fullestDisk(sample: Sample): Disk | undefined {
  let fullest: Disk | undefined;
  let highest = -1;
  for (const disk of sample.disks ?? []) {
    const share = fullness(disk.used, disk.total);
    if (share <= highest) continue;
    fullest = disk;
    highest = share;
  }
  return fullest;
}

function sum<T>(entries: readonly T[] | undefined, of: (entry: T) => number): number | undefined {
  return entries && entries.length > 0 ? entries.reduce((total, entry) => total + of(entry), 0) : undefined;
}

export function figuresOf(sample: Sample): Float64Array {
  const disk = fullestDisk(sample);
  const { network, disk_io } = sample;
  const inOrder = [
    sample.cpu_usage,
    sample.load_average?.[0],
    sample.used_memory,
    sample.total_memory,
    sample.used_swap,
    disk?.used,
    disk?.total,
    sum(network, (each) => each.rx_bytes_per_sec),
    sum(network, (each) => each.tx_bytes_per_sec),
    sum(disk_io, (each) => each.read_bytes_per_sec),
    sum(disk_io, (each) => each.write_bytes_per_sec),
    sample.uptime_secs,
  ];
  return Float64Array.from(inOrder, (value) => value ?? NaN);
}
