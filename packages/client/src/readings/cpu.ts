/** How busy the processors were since the sample before: /proc/stat. */
import { counter, percent } from './readings.ts';
import type { ReadText, SampleDraft, Source } from './readings.ts';

/** Ticks since boot. */
interface Ticks {
  readonly busy: number;
  readonly total: number;
}

export interface CpuTicks {
  readonly all: Ticks | undefined;
  /** By number of the core; a core that is switched off has no line. */
  readonly cores: ReadonlyMap<number, Ticks>;
}

/**
 * Columns: user nice system idle iowait irq softirq steal (guest guest_nice, already counted in user and nice). Kernels
 * before 2.6.11 have fewer. Waiting for a disk is idling.
 */
function parseTicks(columns: readonly string[]): Ticks | undefined {
  let total = 0;
  let idle = 0;
  for (let i = 1; i <= 8 && i < columns.length; i++) {
    const ticks = counter(columns[i]);
    if (ticks === undefined) return undefined;
    total += ticks;
    if (i === 4 || i === 5) idle += ticks;
  }
  return columns.length > 4 ? { busy: total - idle, total } : undefined;
}

/** Lines it cannot make sense of are passed over. */
export function parseCpu(stat: string): CpuTicks {
  let all: Ticks | undefined;
  const cores = new Map<number, Ticks>();
  for (let start = 0; stat.startsWith('cpu', start);) {
    const newline = stat.indexOf('\n', start);
    const end = newline < 0 ? stat.length : newline;
    const columns = stat.slice(start, end).trimEnd().split(/ +/);
    const ticks = parseTicks(columns);
    const core = counter(columns[0]!.slice(3));
    if (ticks && columns[0] === 'cpu') all = ticks;
    else if (ticks && core !== undefined) cores.set(core, ticks);
    start = end + 1;
  }
  return { all, cores };
}

/** Undefined when nothing was counted in between, or a counter went back. */
function usage(before: Ticks | undefined, now: Ticks | undefined): number | undefined {
  if (!before || !now) return undefined;
  const total = now.total - before.total;
  const busy = now.busy - before.busy;
  // The kernel's idle time may step back a little; more than all of the time cannot have been busy.
  return total > 0 && busy >= 0 ? percent(busy / total) : undefined;
}

export function createCpuSource(read: ReadText, path: string): Source {
  let before: CpuTicks = { all: undefined, cores: new Map() };
  return {
    name: 'cpu',
    read() {
      const text = read(path);
      if (text === undefined) return {};
      const now = parseCpu(text);
      const sample: SampleDraft = {};
      const all = usage(before.all, now.all);
      if (all !== undefined) sample.cpu_usage = all;
      const cores: number[] = [];
      for (const [core, ticks] of now.cores) {
        const one = usage(before.cores.get(core), ticks);
        if (one !== undefined) cores.push(one);
      }
      // All or none: with one missing the others would be taken for their neighbours.
      if (cores.length > 0 && cores.length === now.cores.size) sample.cpu_core_usage = cores;
      before = now;
      return sample;
    },
  };
}
