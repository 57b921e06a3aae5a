/** Readings of a Linux host, from /proc and /sys. */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import { createCpuSource } from './cpu.ts';
import { createDiskIoSource } from './disk-io.ts';
import { createDiskSource } from './disk.ts';
import { createHostFacts } from './host.ts';
import { createKernelFiles } from './kernel-files.ts';
import { createLoadSource } from './load.ts';
import { createMemorySource } from './memory.ts';
import { createNetworkSource } from './network.ts';
import { createProcessSource } from './processes.ts';
import type { Readings } from './readings.ts';
import { createSampler } from './sampler.ts';

export interface LinuxReadingsNeeds {
  readonly clock: Clock;
  readonly log: Log;
  /** Where the kernel's files are; a test puts recorded ones elsewhere. */
  readonly proc?: string;
  readonly sys?: string;
  readonly osRelease?: readonly string[];
}

export function createLinuxReadings(needs: LinuxReadingsNeeds): Readings {
  const { clock, log, proc = '/proc', sys = '/sys' } = needs;
  const { osRelease = ['/etc/os-release', '/usr/lib/os-release'] } = needs;
  const files = createKernelFiles();
  const stat = `${proc}/stat`;
  const sample = createSampler({
    clock,
    log,
    sources: [
      createCpuSource(files.read, stat),
      createLoadSource(files.read, `${proc}/loadavg`, `${proc}/uptime`),
      createMemorySource(files.read, `${proc}/meminfo`),
      // The only one with names of the user's choosing, so not Latin-1.
      createDiskSource(files.readOnce, `${proc}/self/mountinfo`),
      createNetworkSource(files.read, `${proc}/net/dev`, `${sys}/class/net`),
      createDiskIoSource(files.read, `${proc}/diskstats`, `${sys}/block`),
      createProcessSource(proc),
    ],
  });
  const facts = createHostFacts(files, { cpuinfo: `${proc}/cpuinfo`, stat, osRelease });
  return { sample, facts, close: files.close };
}
