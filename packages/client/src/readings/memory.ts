/** Memory and swap: /proc/meminfo, in bytes. */
import type { Sample } from '@ops/protocol/domain/sample.ts';

import type { ReadText, SampleDraft, Source } from './readings.ts';

const BYTES_PER_KIB = 1024;

const VALUE = /^\s+(\d{1,15}) kB$/;

/** One line's value in bytes. */
function line(meminfo: string, name: string): number | undefined {
  const start = meminfo.startsWith(`${name}:`) ? 0 : meminfo.indexOf(`\n${name}:`) + 1;
  if (start === 0 && !meminfo.startsWith(`${name}:`)) return undefined;
  const newline = meminfo.indexOf('\n', start);
  const found = VALUE.exec(meminfo.slice(start + name.length + 1, newline < 0 ? meminfo.length : newline));
  const bytes = found ? Number(found[1]) * BYTES_PER_KIB : undefined;
  return bytes !== undefined && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** What programs can still have. Kernels before 3.14 do not say it: then what is free or can be dropped. */
function available(meminfo: string): number | undefined {
  const said = line(meminfo, 'MemAvailable');
  if (said !== undefined) return said;
  const free = line(meminfo, 'MemFree');
  const buffers = line(meminfo, 'Buffers');
  const cached = line(meminfo, 'Cached');
  if (free === undefined || buffers === undefined || cached === undefined) return undefined;
  return free + buffers + cached + (line(meminfo, 'SReclaimable') ?? 0) - (line(meminfo, 'Shmem') ?? 0);
}

export function parseMemory(meminfo: string): Sample {
  const sample: SampleDraft = {};
  const total = line(meminfo, 'MemTotal');
  const free = available(meminfo);
  if (total !== undefined) sample.total_memory = total;
  if (total !== undefined && free !== undefined && free >= 0 && free <= total)
    sample.used_memory = total - free;
  const totalSwap = line(meminfo, 'SwapTotal');
  const freeSwap = line(meminfo, 'SwapFree');
  if (totalSwap !== undefined) sample.total_swap = totalSwap;
  if (totalSwap !== undefined && freeSwap !== undefined && freeSwap <= totalSwap)
    sample.used_swap = totalSwap - freeSwap;
  return sample;
}

export function createMemorySource(read: ReadText, path: string): Source {
  return {
    name: 'memory',
    read() {
      const text = read(path);
      return text === undefined ? {} : parseMemory(text);
    },
  };
}
