/**
 * The newest sample of one client. Most are replaced by the next one before anybody has looked, so it is kept as it
 * came, as text, in memory that is used again and again: a graph of thirty objects for each of ten thousand clients
 * would have to be made, moved and swept away by the garbage collector every three seconds. What lists show of it are
 * numbers at hand.
 */
import type { Sample } from '@ops/protocol/domain/sample.ts';
import type { SummaryMetrics } from '@ops/protocol/http/clients.ts';
import type { FreshSample } from '@ops/protocol/wire/plain-heartbeat.ts';

import { fullestDisk, receivedPerSec, sentPerSec } from './readings.ts';

/** In the order of `put`. */
const METRICS = [
  'cpu_usage',
  'load1',
  'used_memory',
  'total_memory',
  'disk_used',
  'disk_total',
  'rx_bytes_per_sec',
  'tx_bytes_per_sec',
  'uptime_secs',
] as const satisfies readonly (keyof SummaryMetrics)[];

/** Memory for text comes in multiples of so many bytes, so that a sample a digit longer fits as well. */
const STEP = 256;

export class NewestSample {
  #text: Buffer | undefined;
  /** Where in it the sample is; both 0 for none. */
  #from = 0;
  #to = 0;
  /** In the order of METRICS, NaN for what the sample does not hold. */
  readonly #metrics = METRICS.map(() => NaN);

  put({ numbers, body, from, to }: FreshSample): void {
    if (!this.#text || this.#text.length < body.length) {
      this.#text = Buffer.allocUnsafeSlow(Math.ceil(body.length / STEP) * STEP);
    }
    // All of it: the few bytes around the sample cost less than a view of it.
    this.#text.set(body);
    this.#from = from;
    this.#to = to;
    const disk = fullestDisk(numbers);
    const metrics = this.#metrics;
    metrics[0] = numbers.cpu_usage ?? NaN;
    metrics[1] = numbers.load_average?.[0] ?? NaN;
    metrics[2] = numbers.used_memory ?? NaN;
    metrics[3] = numbers.total_memory ?? NaN;
    metrics[4] = disk?.used ?? NaN;
    metrics[5] = disk?.total ?? NaN;
    metrics[6] = receivedPerSec(numbers) ?? NaN;
    metrics[7] = sentPerSec(numbers) ?? NaN;
    metrics[8] = numbers.uptime_secs ?? NaN;
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
    for (let i = 0; i < METRICS.length; i++) {
      const value = this.#metrics[i]!;
      if (!Number.isNaN(value)) metrics[METRICS[i]!] = value;
    }
    return metrics;
  }
}
