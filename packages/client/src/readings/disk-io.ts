/** What is read from and written to whole disks: /proc/diskstats. */
import { existsSync } from 'node:fs';

import { MAX_DISKS } from '@ops/protocol/domain/sample.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';

import { createDeviceChoice } from './device-choice.ts';
import { RateMeter } from './rate.ts';
import { counter } from './readings.ts';
import type { ReadText, Source } from './readings.ts';

const MAX_NAME = 64;

/** The unit of /proc/diskstats, whatever the disk's own sectors are. */
const SECTOR_BYTES = 512;

/** Have a device in /sys but hold no data of this host: optical and floppy drives, boot areas of an MMC. */
const NEVER = /^(sr|fd|mmcblk\d+(boot|rpmb|gp))\d*/;
/** Names of whole disks, for where /sys does not tell. */
const WHOLE = /^((s|h|v|xv)d[a-z]+|nvme\d+n\d+|mmcblk\d+|nbd\d+|dasd[a-z]+|pmem\d+)$/;

export interface DiskTraffic {
  readonly name: string;
  /** Bytes. */
  readonly read: number;
  /** Bytes. */
  readonly written: number;
}

/** `254 0 vda reads merged sectors ms writes merged sectors ms …`; partitions of kernels before 2.6.25 have four columns and are passed over. */
export function parseDiskstats(text: string): DiskTraffic[] {
  const found: DiskTraffic[] = [];
  for (const line of text.split('\n')) {
    const columns = line.trim().split(/ +/);
    const name = columns[2];
    if (columns.length < 14 || name === undefined || name.length > MAX_NAME) continue;
    const sectorsRead = counter(columns[5]);
    const sectorsWritten = counter(columns[9]);
    if (sectorsRead === undefined || sectorsWritten === undefined) continue;
    found.push({ name, read: sectorsRead * SECTOR_BYTES, written: sectorsWritten * SECTOR_BYTES });
  }
  return found;
}

/**
 * Whole disks only: partitions, RAID, LVM, encryption and loops carry the same bytes a second time. A disk has a device
 * in /sys/block; where nothing has, the name decides.
 */
export function wholeDisks(
  names: readonly string[],
  hasDevice: (name: string) => boolean,
): ReadonlySet<string> {
  const candidates = names.filter((name) => !NEVER.test(name));
  const hardware = candidates.filter(hasDevice);
  return new Set(hardware.length > 0 ? hardware : candidates.filter((name) => WHOLE.test(name)));
}

export function createDiskIoSource(read: ReadText, path: string, sysBlock: string): Source {
  const meter = new RateMeter();
  // In /sys a slash of a device's name is an exclamation mark.
  const choose = createDeviceChoice((names) =>
    wholeDisks(names, (name) => existsSync(`${sysBlock}/${name.replaceAll('/', '!')}/device`)),
  );
  return {
    name: 'disk io',
    read(now) {
      const all = parseDiskstats(read(path) ?? '');
      const whole = choose(
        all.map(({ name }) => name),
        now,
      );
      const disks: NonNullable<Sample['disk_io']> = [];
      for (const { name, read: bytesRead, written } of all) {
        if (!whole.has(name)) continue;
        const readRate = meter.rate(`${name} read`, bytesRead, now);
        const writeRate = meter.rate(`${name} write`, written, now);
        if (readRate === undefined || writeRate === undefined || disks.length === MAX_DISKS) continue;
        disks.push({ device: name, read_bytes_per_sec: readRate, write_bytes_per_sec: writeRate });
      }
      meter.forgetOthers(now);
      return disks.length > 0 ? { disk_io: disks } : {};
    },
  };
}
