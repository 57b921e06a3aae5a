/**
 * The newest sample of one client. Most are replaced by the next one before anybody has looked, so it is kept as it
 * came, as text, in memory that is used again and again: a graph of thirty objects for each of ten thousand clients
 * would have to be made, moved and swept away by the garbage collector every three seconds. What lists show of it are
 * numbers at hand.
 */
import { FIGURES } from '@ops/protocol/domain/figures.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';
import type { SummaryMetrics } from '@ops/protocol/http/clients.ts';
import type { FreshSample } from '@ops/protocol/wire/plain-heartbeat.ts';

/** Those lists show, and where they are among the figures. */
const METRICS = (
  [
    'cpu_usage',
    'load1',
    'used_memory',
    'total_memory',
    'disk_used',
    'disk_total',
    'rx_bytes_per_sec',
    'tx_bytes_per_sec',
    'uptime_secs',
  ] as const satisfies readonly (keyof SummaryMetrics)[]
).map((name) => ({ name, at: FIGURES.indexOf(name) }));

/** Memory for text comes in multiples of so many bytes, so that a sample a digit longer fits as well. */
const STEP = 256;

export class NewestSample {
  #text: Buffer | undefined;
  /** Where in it the sample is; both 0 for none. */
  #from = 0;
  #to = 0;
  /** In the order of METRICS, NaN for what the sample does not hold. */
  readonly #metrics = METRICS.map(() => NaN);

  put({ figures, body, from, to }: FreshSample): void {
    if (!this.#text || this.#text.length < body.length) {
      this.#text = Buffer.allocUnsafeSlow(Math.ceil(body.length / STEP) * STEP);
    }
    // All of it: the few bytes around the sample cost less than a view of it.
    this.#text.set(body);
    this.#from = from;
    this.#to = to;
    for (let i = 0; i < METRICS.length; i++) this.#metrics[i] = figures[METRICS[i]!.at]!;
  }

  clear(): void {
    this.#from = this.#to = 0;
    this.#metrics.fill(NaN);
  }

  get isThere(): boolean {
    return this.#to > 0;
  }

  /** JSON; undefined for no sample. */
  get text(): string | undefined {
    return this.isThere ? this.#text?.toString('utf8', this.#from, this.#to) : undefined;
  }

  /** The whole of it, made anew each time. */
  read(): Sample | undefined {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a protocol's reader has judged this text
    return this.text === undefined ? undefined : (JSON.parse(this.text) as Sample);
  }

  /** Percent in use; NaN when the sample does not hold it. */
  share(of: 'cpu' | 'memory' | 'disk'): number {
    const metrics = this.#metrics;
    if (of === 'cpu') return metrics[0]!;
    const [part, whole] = of === 'memory' ? [metrics[2]!, metrics[3]!] : [metrics[4]!, metrics[5]!];
    return whole > 0 ? (part / whole) * 100 : NaN;
  }

  /** The sample in nine numbers. What it does not hold is absent. */
  get metrics(): SummaryMetrics {
    const metrics: SummaryMetrics = {};
    for (const [i, { name }] of METRICS.entries()) {
      const value = this.#metrics[i]!;
      if (!Number.isNaN(value)) metrics[name] = value;
    }
    return metrics;
  }
}
