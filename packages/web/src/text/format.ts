/** Numbers, sizes, rates and times in the reader's language, through Intl. Absent readings are `NONE`, never zero. */
import { LANGUAGE_TAGS } from './language.ts';
import type { Language } from './language.ts';
import type { Dictionary } from './zh.ts';

export const NONE = '—';

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
/** Below this nobody counts. */
const JUST_NOW_MS = 2000;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface Format {
  readonly language: Language;
  readonly number: (value: number) => string;
  /** 0–100 → `43%`; below ten with one decimal. */
  readonly percent: (value: number | undefined) => string;
  /** Bytes → `9.8 GiB`. */
  readonly bytes: (value: number | undefined) => string;
  /** Used of total in the unit of the total: `9.8 / 16 GiB`. */
  readonly bytesOf: (used: number | undefined, total: number | undefined) => string;
  /** Bytes a second → `1.2 MiB/s`. */
  readonly rate: (value: number | undefined) => string;
  readonly load: (value: number | undefined) => string;
  /** Milliseconds → `3 天 4 小时`, two units at most. */
  readonly duration: (ms: number) => string;
  /** `3 秒前`. A moment in the future (clocks differ) counts as now. */
  readonly ago: (at: number, now: number) => string;
  /** `14:03:22` */
  readonly clockTime: (at: number) => string;
  /** `14:03` */
  readonly minute: (at: number) => string;
  /** `14:03` of a moment today, with its day when it was another: `11-27 14:03`, `Nov 27, 14:03`. */
  readonly moment: (at: number, now: number) => string;
  /** `11月28日` */
  readonly day: (at: number) => string;
  /** The whole local time with its zone, for hovering. */
  readonly exact: (at: number) => string;
  /** The same without seconds and zone, to stand in a line. */
  readonly exactMinute: (at: number) => string;
  /** `4:05`, for a countdown. */
  readonly countdown: (ms: number) => string;
}

/** Chinese sets a thin gap between figures and characters; Intl does not. */
function airy(text: string): string {
  return text.replace(/(\d)(\p{Script=Han})/gu, '$1 $2').replace(/(\p{Script=Han})(\d)/gu, '$1 $2');
}

function binaryUnit(value: number): number {
  let unit = 0;
  for (let rest = Math.abs(value); rest >= 999.5 && unit < BINARY.length - 1; rest /= 1024) unit++;
  return unit;
}

/** @param words those of the language */
export function createFormat(
  language: Language,
  words: Pick<Dictionary, 'justNow'>,
  timeZone?: string,
): Format {
  const tag = LANGUAGE_TAGS[language];
  const whole = new Intl.NumberFormat(tag, { maximumFractionDigits: 0 });
  const tenth = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
  const fixedTenth = new Intl.NumberFormat(tag, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const hundredth = new Intl.NumberFormat(tag, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const relative = new Intl.RelativeTimeFormat(tag, {
    style: language === 'zh' ? 'short' : 'narrow',
    numeric: 'auto',
  });
  const zone = timeZone === undefined ? {} : { timeZone };
  const time = new Intl.DateTimeFormat(tag, {
    ...zone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const minuteTime = new Intl.DateTimeFormat(tag, {
    ...zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const date = new Intl.DateTimeFormat(tag, {
    ...zone,
    year: 'numeric',
    month: language === 'zh' ? '2-digit' : 'short',
    day: '2-digit',
  });
  const dayAndMinute = new Intl.DateTimeFormat(tag, {
    ...zone,
    month: language === 'zh' ? '2-digit' : 'short',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const dayOfYear = new Intl.DateTimeFormat(tag, {
    ...zone,
    month: language === 'zh' ? 'long' : 'short',
    day: 'numeric',
  });
  const offset = new Intl.DateTimeFormat('en', { ...zone, timeZoneName: 'shortOffset' });
  const inWords = (unit: 'day' | 'hour' | 'minute' | 'second'): Intl.NumberFormat =>
    new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: language === 'zh' ? 'short' : 'narrow' });
  const units = {
    day: inWords('day'),
    hour: inWords('hour'),
    minute: inWords('minute'),
    second: inWords('second'),
  };

  function inUnit(value: number, unit: number): string {
    const scaled = value / 1024 ** unit;
    return unit === 0 || scaled >= 100 ? whole.format(scaled) : tenth.format(scaled);
  }

  function bytes(value: number | undefined): string {
    if (value === undefined) return NONE;
    const unit = binaryUnit(value);
    return `${inUnit(value, unit)} ${BINARY[unit]}`;
  }

  function duration(ms: number): string {
    const span = Math.max(0, ms);
    const parts: string[] = [];
    const take = (unit: keyof typeof units, value: number): void => {
      if (value > 0) parts.push(airy(units[unit].format(value)));
    };
    take('day', Math.floor(span / DAY));
    take('hour', Math.floor((span % DAY) / HOUR));
    if (span < DAY) take('minute', Math.floor((span % HOUR) / MINUTE));
    if (span < HOUR) take('second', Math.floor((span % MINUTE) / SECOND));
    return parts.slice(0, 2).join(' ') || airy(units.second.format(0));
  }

  return {
    language,
    number: (value) => whole.format(value),
    percent(value) {
      if (value === undefined) return NONE;
      return `${value < 9.95 && value !== 0 ? fixedTenth.format(value) : whole.format(value)}%`;
    },
    bytes,
    bytesOf(used, total) {
      if (used === undefined || total === undefined) return bytes(used ?? total);
      const unit = binaryUnit(total);
      return `${inUnit(used, unit)} / ${inUnit(total, unit)} ${BINARY[unit]}`;
    },
    rate: (value) => (value === undefined ? NONE : `${bytes(value)}/s`),
    load: (value) => (value === undefined ? NONE : hundredth.format(value)),
    duration,
    ago(at, now) {
      const span = Math.max(0, now - at);
      if (span < JUST_NOW_MS) return words.justNow;
      if (span < MINUTE) return airy(relative.format(-Math.floor(span / SECOND), 'second'));
      if (span < HOUR) return airy(relative.format(-Math.floor(span / MINUTE), 'minute'));
      if (span < DAY) return airy(relative.format(-Math.floor(span / HOUR), 'hour'));
      return airy(relative.format(-Math.floor(span / DAY), 'day'));
    },
    clockTime: (at) => time.format(at),
    minute: (at) => minuteTime.format(at),
    moment: (at, now) => (date.format(at) === date.format(now) ? minuteTime : dayAndMinute).format(at),
    day: (at) => dayOfYear.format(at),
    exact(at) {
      const zoneName = offset.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? '';
      return `${date.format(at)} ${time.format(at)} ${zoneName}`;
    },
    exactMinute: (at) => `${date.format(at)} ${minuteTime.format(at)}`,
    countdown(ms) {
      const left = Math.max(0, Math.ceil(ms / SECOND));
      return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    },
  };
}
