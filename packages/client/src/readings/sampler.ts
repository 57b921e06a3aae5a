/** Puts what the sources read into one sample. One that fails, or reads nonsense, costs its own readings only. */
import { READING_FIELDS } from '@ops/protocol/domain/sample.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';
import { decode, SchemaError } from '@ops/protocol/schema.ts';
import type { Schema } from '@ops/protocol/schema.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { Source } from './readings.ts';

const FIELDS: ReadonlyMap<string, Schema<unknown>> = new Map(Object.entries(READING_FIELDS));

export interface SamplerNeeds {
  readonly sources: readonly Source[];
  readonly clock: Clock;
  readonly log: Log;
}

export function createSampler({ sources, clock, log }: SamplerNeeds): () => Sample {
  /** What has been complained about: once until it works again. */
  const failing = new Set<string>();

  function failed(what: string, cause: unknown): void {
    if (failing.has(what)) return;
    failing.add(what);
    log.warn('A reading cannot be had', { reading: what, error: cause });
  }

  /** Copies the fields that fit the protocol: a strange value must not cost the link. */
  function take(read: Sample, into: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(read)) {
      const schema = FIELDS.get(name);
      if (!schema) continue;
      try {
        into[name] = decode(schema, value);
        if (failing.size > 0) failing.delete(name);
      } catch (cause) {
        if (!(cause instanceof SchemaError)) throw cause;
        failed(name, cause);
      }
    }
  }

  return () => {
    const now = clock.mono();
    const sample: Record<string, unknown> = {};
    for (const source of sources) {
      try {
        take(source.read(now), sample);
        if (failing.size > 0) failing.delete(source.name);
      } catch (cause) {
        failed(source.name, cause);
      }
    }
    return sample;
  };
}
