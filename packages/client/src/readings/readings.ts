/**
 * What a host tells about itself. Linux reads /proc and /sys (linux.ts), every other platform asks node:os and
 * systeminformation (other.ts); both look like this.
 *
 * A reading that cannot be had is absent, never zero; each source may fail alone.
 */
import type { HostFacts } from '@ops/protocol/domain/client.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';

export interface Readings {
  /** One set of readings, of now. Never throws. */
  sample(): Sample;
  /** What rarely changes: at least the host name. Never throws. */
  facts(): HostFacts;
  /** Lets go of open files. */
  readonly close: () => void;
}

/** A sample while it is put together. */
export type SampleDraft = { -readonly [K in keyof Sample]: Sample[K] };

/** One subject of readings: the sampler puts what the sources answer into one sample. */
export interface Source {
  /** For the log, when the source fails. */
  readonly name: string;
  /**
   * @param now monotonic milliseconds
   * @returns the fields this source knows; an absent one cannot be had now
   */
  read(now: number): Sample;
}

/** A file's text, or undefined when it cannot be read. */
export type ReadText = (path: string) => string | undefined;

/** Percent with one decimal, kept between 0 and 100. */
export function percent(share: number): number {
  return Math.round(Math.min(Math.max(share, 0), 1) * 1000) / 10;
}

/** A counter as the kernel prints it: decimal digits only. Undefined for anything else. */
export function counter(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,20}$/.test(text) ? Number(text) : undefined;
}
