/** Reads the body of a frame by a table of messages: what it may hold, from whom, and when. */
import { countCleanFields, decode, isObject, SchemaError } from '../schema.ts';
import type { Schema } from '../schema.ts';
import { checkStrict, countWrittenKeys, parseJson } from './json.ts';
import { WireError } from './wire-error.ts';

export type Side = 'server' | 'client';
export type Phase = 'greeting' | 'registering' | 'ready';

export type MessageTable<M> = Readonly<
  Record<
    string,
    { readonly from: readonly Side[]; readonly phases: readonly Phase[]; readonly schema: Schema<M> }
  >
>;

interface Entry<M> {
  readonly from: ReadonlySet<Side>;
  readonly phases: ReadonlySet<Phase>;
  readonly schema: Schema<M>;
}

/** @returns a function that reads one body. It throws WireError with the reason. */
export function createMessageReader<M extends object>(
  messages: MessageTable<M>,
): (body: Buffer, from: Side, phase: Phase) => M {
  const table: ReadonlyMap<unknown, Entry<M>> = new Map(
    Object.entries(messages).map(([name, { from, phases, schema }]) => [
      name,
      { from: new Set(from), phases: new Set(phases), schema },
    ]),
  );

  /** With unknown fields, text to be cleaned, or a fault to be named. */
  function readLeniently(value: unknown, from: Side, phase: Phase): M {
    if (!isObject(value)) throw new WireError('schema', 'a frame must hold one object');
    const name = value['type'];
    if (typeof name !== 'string') throw new WireError('schema', 'type must be a string');
    const entry = table.get(name);
    if (!entry) throw new WireError('unknown_type', 'a message of a type not known here');
    if (!entry.from.has(from)) throw new WireError('wrong_direction', `${name} is not sent by the ${from}`);
    if (!entry.phases.has(phase))
      throw new WireError('wrong_phase', `${name} does not belong in phase ${phase}`);
    let message: M;
    try {
      message = decode(entry.schema, value);
    } catch (cause) {
      if (cause instanceof SchemaError) throw new WireError('schema', `${name}: ${cause.message}`);
      throw cause;
    }
    if (phase === 'greeting' && Object.keys(message).length !== Object.keys(value).length) {
      throw new WireError('schema', `${name}: a field that is not known here`);
    }
    return message;
  }

  return (body, from, phase) => {
    const value = parseJson(body);
    if (isObject(value)) {
      const entry = table.get(value['type']);
      // A message that holds what its schema knows and nothing else has passed every strict check but that for
      // repeated keys. That is nearly every message, and half the work.
      if (entry?.from.has(from) && entry.phases.has(phase) && holdsOnly(entry.schema, value, body))
        return value;
    }
    checkStrict(value, body);
    return readLeniently(value, from, phase);
  };
}

function holdsOnly<M>(schema: Schema<M>, value: unknown, body: Buffer): value is M {
  try {
    return countCleanFields(schema, value) === countWrittenKeys(body);
  } catch (cause) {
    if (cause instanceof SchemaError) return false;
    throw cause;
  }
}
