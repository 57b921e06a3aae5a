/** `GET /metrics`: the table as Prometheus text. Nothing is counted here; sources are asked when somebody scrapes. */
import { Counter, Gauge, Registry } from 'prom-client';

import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import { atMostEvery } from '../fleet/at-most-every.ts';
import { METRICS } from './metric-table.ts';
import type { MetricEntry, MetricSources, ServerFigures } from './metric-table.ts';
import { watchProcess } from './process-figures.ts';

const LOG_EVERY_MS = 60_000;

export interface Prometheus {
  /** Of the answer. */
  readonly contentType: string;
  /** Text format 0.0.4. A metric whose source fails is left out, logged, and harms no other. */
  render(): Promise<string>;
  /** Stops watching the event loop. Harmless twice. */
  stop(): void;
}

type Answer = number | Readonly<Record<string, number>> | undefined;

export function createPrometheus(needs: { figures: ServerFigures; clock: Clock; log: Log }): Prometheus {
  const { figures, clock, log } = needs;
  const registry = new Registry();
  const watched = watchProcess(clock);
  const mayLog = atMostEvery(clock, LOG_EVERY_MS);
  const sources: Record<keyof MetricSources, () => Answer | Promise<Answer>> = {
    ...figures,
    ...watched.figures,
    // Each client in one state only, so that the states add up to all.
    clients() {
      const { online, late, offline } = figures.clients();
      return { online: online - late, late, offline };
    },
  };

  /** @returns how to show an answer in the registry */
  function register(entry: MetricEntry): (answer: Answer) => void {
    const { name, label, meaning } = entry;
    const options = {
      name,
      help: meaning.en,
      labelNames: label === undefined ? [] : [label],
      registers: [registry],
    };
    const metric = entry.type === 'gauge' ? new Gauge(options) : new Counter(options);
    return (answer) => {
      metric.reset();
      // Without a label, `reset` leaves a 0 behind: an answer that is not there must not look like one.
      if (label === undefined) metric.remove();
      if (typeof answer === 'number') metric.inc(answer);
      else if (answer && label !== undefined) {
        for (const [value, number] of Object.entries(answer)) metric.inc({ [label]: value }, number);
      }
    };
  }

  async function ask(entry: MetricEntry): Promise<Answer> {
    try {
      return await sources[entry.source]();
    } catch (error) {
      if (mayLog()) log.warn('a metric cannot be had', { metric: entry.name, error });
      return undefined;
    }
  }

  const shown = METRICS.map((entry) => ({ entry, show: register(entry) }));

  return {
    contentType: registry.contentType,
    async render() {
      const answers = await Promise.all(shown.map(({ entry }) => ask(entry)));
      shown.forEach(({ show }, at) => show(answers[at]));
      watched.reset();
      return registry.metrics();
    },
    stop: () => watched.stop(),
  };
}
