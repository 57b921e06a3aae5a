import { s } from '../schema.ts';
import type { Infer } from '../schema.ts';
import { epochMs } from './id.ts';

export const MAX_PERCENT = 100;

/**
 * What a client measures at each heartbeat. Sizes are bytes, shares percent 0–100, rates bytes a second.
 * Every reading may be absent: what cannot be had is left out, never reported as zero.
 */
const bytes = s.integer({ min: 0 });
const percent = s.number({ min: 0, max: MAX_PERCENT });
const rate = s.number({ min: 0 });

export const MAX_CORES = 1024;
export const MAX_DISKS = 128;
export const MAX_INTERFACES = 128;
/** Over one, five and fifteen minutes. */
export const LOADS = 3;
export const MAX_MOUNT_CHARS = 256;
/** Of a filesystem, an interface or a device. */
export const MAX_NAME_CHARS = 64;

const disk = s.object(
  { mount: s.text(MAX_MOUNT_CHARS), filesystem: s.text(MAX_NAME_CHARS), total: bytes, used: bytes },
  { unknown: 'ignore' },
);
const networkInterface = s.object(
  { interface: s.text(MAX_NAME_CHARS), rx_bytes_per_sec: rate, tx_bytes_per_sec: rate },
  { unknown: 'ignore' },
);
const diskIo = s.object(
  { device: s.text(MAX_NAME_CHARS), read_bytes_per_sec: rate, write_bytes_per_sec: rate },
  { unknown: 'ignore' },
);

export const READING_FIELDS = {
  cpu_usage: s.optional(s.described(percent, 'Share of all cores that was busy since the sample before.')),
  cpu_core_usage: s.optional(s.described(s.array(percent, MAX_CORES), 'The same for each core.')),
  load_average: s.optional(s.array(s.number({ min: 0 }), LOADS, LOADS)),
  total_memory: s.optional(bytes),
  used_memory: s.optional(s.described(bytes, 'Total minus what the kernel calls available.')),
  total_swap: s.optional(bytes),
  used_swap: s.optional(bytes),
  disks: s.optional(s.array(disk, MAX_DISKS)),
  network: s.optional(s.array(networkInterface, MAX_INTERFACES)),
  disk_io: s.optional(s.array(diskIo, MAX_DISKS)),
  process_count: s.optional(s.integer({ min: 0 })),
  uptime_secs: s.optional(s.number({ min: 0 })),
} as const;

/** One set of readings, of now. */
export const sample = s.object(READING_FIELDS, { unknown: 'ignore' });
export type Sample = Infer<typeof sample>;

/** One set of readings with the time it was taken, by the client's wall clock. */
export const timedSample = s.object({ t: epochMs, ...READING_FIELDS }, { unknown: 'ignore' });
export type TimedSample = Infer<typeof timedSample>;
