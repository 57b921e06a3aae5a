/** What a record of the journal says, as JSON. Short keys: thousands are written. */
import { COMMAND_OUTCOMES, MAX_COMMAND_LENGTH, OUTPUT_STREAMS } from '@ops/protocol/domain/command.ts';
import { epochMs, uuid } from '@ops/protocol/domain/id.ts';
import { decode, isObject, s } from '@ops/protocol/schema.ts';
import type { Infer, Schema } from '@ops/protocol/schema.ts';

const kind = <const K extends string>(name: K): Schema<K> => s.oneOf([name]);
const counter = s.integer({ min: 0 });
/** Base64 of an output small enough to be written with its result. */
const MAX_INLINE_TEXT = 64 * 1024;
/** Ids in one record of remembered ids. */
export const IDS_PER_RECORD = 500;

const ENTRIES = {
  /** First of a segment: everything that is known follows, older segments mean nothing. */
  whole: s.object({ k: kind('whole'), last_seq: counter }),
  start: s.object({
    k: kind('start'),
    id: uuid,
    seq: counter,
    text: s.string({ max: MAX_COMMAND_LENGTH }),
    at: epochMs,
  }),
  spawned: s.object({
    k: kind('spawned'),
    id: uuid,
    pid: s.integer({ min: 2 }),
    start_time: s.optional(s.string({ max: 32 })),
  }),
  done: s.object({
    k: kind('done'),
    id: uuid,
    seq: counter,
    outcome: s.oneOf(COMMAND_OUTCOMES),
    exit_code: s.nullable(s.integer()),
    signal: s.nullable(s.string({ max: 16 })),
    error: s.nullable(s.string({ max: 1024 })),
    duration_ms: counter,
    started_at: s.nullable(epochMs),
    chunks: counter,
    stdout_bytes: counter,
    stderr_bytes: counter,
    truncated: s.boolean(),
    output: s.optional(
      s.array(s.object({ s: s.oneOf(OUTPUT_STREAMS), d: s.string({ max: MAX_INLINE_TEXT }) }), 1024),
    ),
  }),
  acked: s.object({ k: kind('acked'), id: uuid, at: epochMs }),
  /** Remembered ids with the time they were acknowledged, oldest first. */
  ids: s.object({
    k: kind('ids'),
    ids: s.array(s.object({ id: uuid, at: epochMs }), IDS_PER_RECORD),
  }),
} as const;

export type Entry = { [K in keyof typeof ENTRIES]: Infer<(typeof ENTRIES)[K]> }[keyof typeof ENTRIES];

function isKind(value: unknown): value is keyof typeof ENTRIES {
  return typeof value === 'string' && Object.hasOwn(ENTRIES, value);
}

export function writeEntry(entry: Entry): Buffer {
  return Buffer.from(JSON.stringify(entry));
}

/** @returns undefined when the body is none of ours, which after a right sum means that another version wrote it */
export function readEntry(body: Buffer): Entry | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (!isObject(value) || !isKind(value['k'])) return undefined;
    return decode<Entry>(ENTRIES[value['k']], value);
  } catch {
    return undefined;
  }
}
