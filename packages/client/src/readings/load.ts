/** Load averages of 1, 5 and 15 minutes (/proc/loadavg) and the time since boot (/proc/uptime). */
import type { ReadText, SampleDraft, Source } from './readings.ts';

const DECIMAL = /^\d{1,12}(\.\d{1,6})?$/;

function decimals(text: string, count: number): number[] | undefined {
  const words = text.split(' ', count).map((word) => word.trimEnd());
  return words.length === count && words.every((word) => DECIMAL.test(word)) ? words.map(Number) : undefined;
}

/** Undefined when the file does not begin with three numbers. */
export function parseLoad(loadavg: string): number[] | undefined {
  return decimals(loadavg, 3);
}

/** Whole seconds. */
export function parseUptime(uptime: string): number | undefined {
  const seconds = decimals(uptime, 1)?.[0];
  return seconds === undefined ? undefined : Math.floor(seconds);
}

export function createLoadSource(read: ReadText, loadavgPath: string, uptimePath: string): Source {
  return {
    name: 'load',
    read() {
      const sample: SampleDraft = {};
      const load = parseLoad(read(loadavgPath) ?? '');
      if (load) sample.load_average = load;
      const uptime = parseUptime(read(uptimePath) ?? '');
      if (uptime !== undefined) sample.uptime_secs = uptime;
      return sample;
    },
  };
}
