/**
 * Readings of a host that is not Linux (macOS, Windows, BSD): node:os for what it knows, systeminformation for the
 * rest. That library asks other programs and takes its time, so its answers are fetched in the background and each
 * sample carries the newest ones; what is older than a minute is left out.
 */
import {
  arch,
  cpus,
  freemem,
  hostname,
  loadavg,
  machine,
  networkInterfaces,
  platform,
  release,
  totalmem,
  uptime,
} from 'node:os';

import type { HostFacts } from '@ops/protocol/domain/client.ts';
import { MAX_DISKS, MAX_INTERFACES } from '@ops/protocol/domain/sample.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import { listAddresses } from './addresses.ts';
import { RateMeter } from './rate.ts';
import { percent } from './readings.ts';
import type { Readings, SampleDraft, Source } from './readings.ts';
import { createSampler } from './sampler.ts';

/** The part of systeminformation that is used. */
export interface SystemInformation {
  mem(): Promise<{ total: number; available: number; swaptotal: number; swapused: number }>;
  fsSize(): Promise<{ type: string; size: number; used: number; mount: string }[]>;
  networkStats(interfaces: string): Promise<{ iface: string; rx_bytes: number; tx_bytes: number }[]>;
  processes(): Promise<{ all: number }>;
  osInfo(): Promise<{ distro: string; release: string }>;
}

export interface OtherReadingsNeeds {
  readonly clock: Clock;
  readonly log: Log;
  /** Loads the optional library. */
  readonly load?: () => Promise<SystemInformation>;
}

/** Each answer costs the start of a program or more. */
const ASK_EVERY_MS = 15_000;
const TOO_OLD_MS = 60_000;

async function loadLibrary(): Promise<SystemInformation> {
  return (await import('systeminformation')).default;
}

function readOwn(): Source {
  let before: { idle: number; total: number } | undefined;
  return {
    name: 'node:os',
    read() {
      const sample: SampleDraft = { uptime_secs: Math.floor(uptime()), total_memory: totalmem() };
      sample.used_memory = totalmem() - freemem();
      // Windows has no load average; node answers zeros.
      if (platform() !== 'win32') sample.load_average = loadavg();
      const now = { idle: 0, total: 0 };
      for (const { times } of cpus()) {
        now.idle += times.idle;
        now.total += times.user + times.nice + times.sys + times.irq + times.idle;
      }
      const total = before ? now.total - before.total : 0;
      if (before && total > 0) sample.cpu_usage = percent(1 - (now.idle - before.idle) / total);
      before = now;
      return sample;
    },
  };
}

/** Turns what the library answers into readings; each question may fail alone. */
async function ask(library: SystemInformation, meter: RateMeter, clock: Clock): Promise<Sample> {
  const answers: SampleDraft = {};
  const [mem, disks, network, processes] = await Promise.allSettled([
    library.mem(),
    library.fsSize(),
    library.networkStats('*'),
    library.processes(),
  ]);
  if (mem.status === 'fulfilled' && mem.value.total > 0) {
    answers.total_memory = mem.value.total;
    answers.used_memory = Math.max(0, mem.value.total - mem.value.available);
    answers.total_swap = mem.value.swaptotal;
    answers.used_swap = mem.value.swapused;
  }
  if (disks.status === 'fulfilled') {
    answers.disks = disks.value
      .filter(({ size, mount }) => size > 0 && mount.length <= 256)
      .slice(0, MAX_DISKS)
      .map(({ mount, type, size, used }) => ({ mount, filesystem: type.slice(0, 64), total: size, used }));
  }
  if (network.status === 'fulfilled') {
    const now = clock.mono();
    answers.network = network.value.slice(0, MAX_INTERFACES).flatMap(({ iface, rx_bytes, tx_bytes }) => {
      const rx = meter.rate(`${iface} rx`, rx_bytes, now);
      const tx = meter.rate(`${iface} tx`, tx_bytes, now);
      if (rx === undefined || tx === undefined || iface === 'lo0') return [];
      return [{ interface: iface.slice(0, 64), rx_bytes_per_sec: rx, tx_bytes_per_sec: tx }];
    });
    meter.forgetOthers(now);
  }
  if (processes.status === 'fulfilled' && processes.value.all > 0)
    answers.process_count = processes.value.all;
  return answers;
}

export function createOtherReadings(needs: OtherReadingsNeeds): Readings {
  const { clock, log, load = loadLibrary } = needs;
  const meter = new RateMeter();
  let library: SystemInformation | undefined;
  let answers: Sample = {};
  let answeredAt = -Infinity;
  let askedAt = -Infinity;
  let asking = false;
  let distribution: { distro: string; release: string } | undefined;

  async function refresh(): Promise<void> {
    asking = true;
    try {
      library ??= await load();
      distribution ??= await library.osInfo();
      answers = await ask(library, meter, clock);
      answeredAt = clock.mono();
    } finally {
      asking = false;
    }
  }

  let complained = false;
  const fromLibrary: Source = {
    name: 'systeminformation',
    read(now) {
      if (!asking && now - askedAt >= ASK_EVERY_MS) {
        askedAt = now;
        refresh().catch((error: unknown) => {
          if (!complained) log.warn('A reading cannot be had', { reading: 'systeminformation', error });
          complained = true;
        });
      }
      return now - answeredAt < TOO_OLD_MS ? answers : {};
    },
  };

  return {
    sample: createSampler({ clock, log, sources: [readOwn(), fromLibrary] }),
    facts(): HostFacts {
      const processors = cpus();
      const model = processors[0]?.model.trim();
      return {
        hostname: hostname(),
        os: (distribution?.distro ?? platform()).slice(0, 128),
        os_version: (distribution?.release ?? release()).slice(0, 128),
        kernel: release().slice(0, 128),
        arch: (machine() || arch()).slice(0, 32),
        ...(model && { cpu_model: model.slice(0, 256) }),
        ...(processors.length > 0 && { cpu_cores: processors.length }),
        ip_addresses: listAddresses(networkInterfaces()),
      };
    },
    close() {},
  };
}
