import { readFileSync } from 'node:fs';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { example, excesses, shapeOf, withPlace } from '../schema-examples.ts';
import type { Shape, Size } from '../schema-examples.ts';
import { decode, isObject, SchemaError } from '../schema.ts';
import type { Schema } from '../schema.ts';
import { parseStrict } from './json.ts';
import { FRAME_LIMITS, MESSAGES, readMessage, writeMessage } from './messages.ts';
import type { Phase, Side } from './messages.ts';
import { WireError } from './wire-error.ts';

const SIDES: readonly Side[] = ['server', 'client'];
const PHASES: readonly Phase[] = ['greeting', 'registering', 'ready'];
const UUID = '11111111-2222-4333-8444-555555555555';

interface Row {
  readonly type: string;
  readonly from: readonly Side[];
  readonly phases: readonly Phase[];
  readonly schema: Schema<unknown>;
}
const ROWS: readonly Row[] = Object.entries(MESSAGES).map(([type, entry]) => ({ type, ...entry }));

function whole(row: Row, size: Size): Record<string, unknown> {
  const value = example(shapeOf(row.schema), size);
  if (!isObject(value)) throw new Error(`${row.type} is no object`);
  return { ...value };
}

function refusal(message: Buffer | object, from: Side, phase: Phase): WireError | undefined {
  const body = Buffer.isBuffer(message) ? message : Buffer.from(JSON.stringify(message));
  try {
    if (from === 'client') readMessage(body, from, phase);
    else readMessage(body, from, phase);
    return undefined;
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
}

describe('every type, from each side, in each phase (S-1)', () => {
  it.each(ROWS)('$type is taken where the table says, and nowhere else', (row) => {
    const expected = (from: Side, phase: Phase): string | undefined => {
      if (!row.from.includes(from)) return 'wrong_direction';
      return row.phases.includes(phase) ? undefined : 'wrong_phase';
    };
    const places = SIDES.flatMap((from) => PHASES.map((phase) => [from, phase] as const));
    const found = places.map(([from, phase]) => refusal(whole(row, 'smallest'), from, phase)?.code);
    expect(found).toEqual(places.map(([from, phase]) => expected(from, phase)));
  });

  it.each([
    'nonsense',
    '',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'HEARTBEAT',
    'heartbeat ',
    'x'.repeat(9999),
  ])('the type %j is unknown', (type) => {
    for (const phase of PHASES) expect(refusal({ type }, 'client', phase)?.code).toBe('unknown_type');
  });

  it.each([
    ['[]'],
    ['null'],
    ['1'],
    ['"heartbeat"'],
    ['{}'],
    ['{"type":1}'],
    ['{"type":null}'],
    ['{"type":["heartbeat"]}'],
  ])('%s is no message', (body) => {
    expect(refusal(Buffer.from(body), 'client', 'ready')?.code).toBe('schema');
  });
});

/** The places of strings, lists and maps that have no maximum. */
function unbounded(shape: Shape, path: string): string[] {
  if ('const' in shape || shape.enum) return [];
  const here =
    (shape.type === 'string' && shape.maxLength === undefined) ||
    (shape.type === 'array' && shape.maxItems === undefined) ||
    (shape.additionalProperties && shape.maxProperties === undefined);
  return [
    ...(here ? [path] : []),
    ...(shape.anyOf ?? []).flatMap((one) => unbounded(one, path)),
    ...(shape.items ? unbounded(shape.items, `${path}[]`) : []),
    ...(shape.additionalProperties ? unbounded(shape.additionalProperties, `${path}{}`) : []),
    ...Object.entries(shape.properties ?? {}).flatMap(([key, one]) => unbounded(one, `${path}.${key}`)),
  ];
}

describe('every message', () => {
  it.each(ROWS)('$type: its smallest and its largest example are taken whole', (row) => {
    for (const size of ['smallest', 'largest'] as const) {
      expect(decode(row.schema, whole(row, size))).toEqual(whole(row, size));
    }
  });

  it.each(ROWS)('$type: past any of its bounds it is refused, and the place named', (row) => {
    const largest = whole(row, 'largest');
    const places = [...excesses(shapeOf(row.schema))];
    const named = places.map(([path, value]) => {
      try {
        decode(row.schema, withPlace(largest, path, value));
        return `${path} was accepted`;
      } catch (error) {
        return error instanceof SchemaError ? error.path.replace(/ key$/, '') : error;
      }
    });
    expect(named).toEqual(places.map(([path]) => path));
    expect(places.length).toBeGreaterThan(0);
  });

  it.each(ROWS)('$type: every string, list and map has a maximum (S-28)', (row) => {
    expect(unbounded(shapeOf(row.schema), row.type)).toEqual([]);
  });

  it.each(ROWS)('$type: without any one of its required fields it is refused', (row) => {
    for (const key of Object.keys(whole(row, 'smallest'))) {
      const rest = whole(row, 'smallest');
      delete rest[key];
      expect(() => decode(row.schema, rest)).toThrow(`${key} is required`);
    }
  });
});

describe('unknown fields', () => {
  it.each(ROWS)('$type: an error before authentication, ignored afterwards', (row) => {
    const found = row.phases.map(
      (phase) => refusal({ ...whole(row, 'smallest'), not_known: 1 }, row.from[0]!, phase)?.code,
    );
    expect(found).toEqual(row.phases.map((phase) => (phase === 'greeting' ? 'schema' : undefined)));
  });

  it('that are ignored do not reach the message', () => {
    const message = readMessage(
      Buffer.from('{"type":"heartbeat","later":1,"sample":{"cpu_usage":1,"gpu":2}}'),
      'client',
      'ready',
    );
    expect(message).toEqual({ type: 'heartbeat', sample: { cpu_usage: 1 } });
  });
});

const rowOf = (type: string): Row => ROWS.find((one) => one.type === type)!;
/** What a reader without a short way makes of it. */
const theLongWay = (body: Buffer, { schema }: Row): unknown => {
  try {
    return decode(schema, parseStrict(body));
  } catch (error) {
    return error instanceof WireError ? error.code : 'schema';
  }
};
const read = (body: Buffer, { from, phases }: Row): unknown => {
  try {
    return from[0] === 'client'
      ? readMessage(body, 'client', phases[0]!)
      : readMessage(body, 'server', phases[0]!);
  } catch (error) {
    return error instanceof WireError ? error.code : error;
  }
};

describe('the short way', () => {
  it.each([
    '{"type":"heartbeat","sample":{"cpu_usage":1,"cpu_usage":1}}',
    '{"type":"heartbeat","client_time":1,"client_time":2}',
    '{"type":"heartbeat","type":"heartbeat"}',
    '{"type":"heartbeat","sample":{"disks":[{"mount":"/","mount":"/","filesystem":"x","total":1,"used":1}]}}',
    '{"type":"heartbeat","sample":{"disks":[{"mount":"a:b\\"c:","filesystem":"{\\"x\\":1}","total":1,"used":1}]}}',
    '{"type":"heartbeat","sample":{"\\u0063pu_usage":1}}',
    '{"type":"heartbeat","later":{"__proto__":1}}',
    '{"type":"heartbeat","later":{"a":1,"a":1}}',
    '{"type":"heartbeat","later":1e999}',
    '{"type":"heartbeat","client_time":1e999}',
  ])('reads %s as the long way does', (text) => {
    const body = Buffer.from(text);
    expect(read(body, rowOf('heartbeat'))).toEqual(theLongWay(body, rowOf('heartbeat')));
  });

  it.each(['constructor', 'prototype', '__proto__'])('lets no label be called %s', (key) => {
    const labels = `{"${key}":"x"}`;
    const body = JSON.stringify(whole(rowOf('register'), 'smallest')).replace(
      '"labels":{}',
      `"labels":${labels}`,
    );
    expect(body).toContain(key);
    expect(read(Buffer.from(body), rowOf('register'))).toBe('key');
  });

  it('reads whatever else as the long way does', () => {
    const heartbeats = fc.record(
      {
        type: fc.constant('heartbeat'),
        client_time: fc.oneof(fc.nat(), fc.anything()),
        sample: fc.record(
          {
            cpu_usage: fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), fc.anything()),
            load_average: fc.oneof(fc.constant([1, 2, 3]), fc.anything()),
            network: fc.array(
              fc.record({
                interface: fc.string({ unit: 'binary', maxLength: 70 }),
                rx_bytes_per_sec: fc.nat(),
                tx_bytes_per_sec: fc.nat(),
                more: fc.anything(),
              }),
              { maxLength: 3 },
            ),
          },
          { requiredKeys: [] },
        ),
        more: fc.anything(),
      },
      { requiredKeys: ['type'] },
    );
    fc.assert(
      fc.property(heartbeats, (value) => {
        let text: string;
        try {
          text = JSON.stringify(value);
        } catch {
          // Circular, or a bigint.
          return;
        }
        const body = Buffer.from(text);
        expect(read(body, rowOf('heartbeat'))).toEqual(theLongWay(body, rowOf('heartbeat')));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('sizes', () => {
  it('each phase has its limit', () => {
    expect(FRAME_LIMITS).toEqual({ greeting: 4096, registering: 256 * 1024, ready: 1024 * 1024 });
  });

  it('every message of the greeting fits its frame, whatever it holds', () => {
    const sizes = ROWS.filter((row) => row.phases.includes('greeting')).map(
      (row) => JSON.stringify(whole(row, 'largest')).length,
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(FRAME_LIMITS.greeting);
  });

  it('a host with 1,000 apps and 1,000 unacknowledged commands can register', () => {
    const register = ROWS.find((row) => row.type === 'register')!;
    const app = {
      name: 'billing-service',
      version: '2.14.3',
      deploy_time: '2026-11-23 10:00:00',
      service_status: 'Running',
      pid: 4242,
      has_script: true,
    };
    const body = Buffer.from(
      JSON.stringify({
        ...whole(register, 'smallest'),
        app_info: Array.from({ length: 1000 }, () => app),
        commands: Array.from({ length: 1000 }, () => ({ command_id: UUID, state: 'finished', chunks: 16 })),
      }),
    );
    expect(body.length).toBeLessThanOrEqual(FRAME_LIMITS.registering);
    expect(refusal(body, 'client', 'registering')).toBeUndefined();
  });

  it.each([
    ['utf8', '\u0001'.repeat(65_536)],
    ['base64', Buffer.alloc(65_536).toString('base64')],
  ] as const)('a full chunk of output fits a frame as %s, control characters included', (encoding, data) => {
    const body = writeMessage({
      type: 'command_output',
      command_id: UUID,
      seq: 0,
      stream: 'stdout',
      encoding,
      data,
    });
    expect(body.length).toBeLessThanOrEqual(FRAME_LIMITS.ready);
    expect(refusal(body, 'client', 'ready')).toBeUndefined();
  });
});

describe('the drawing at the head of messages.ts', () => {
  const source = readFileSync(new URL('./messages.ts', import.meta.url), 'utf8');
  const drawing = source.slice(source.indexOf('authentication on'), source.indexOf('either:'));
  // Words by the arrow they stand behind; a line without an arrow of its own continues the client's list.
  const drawn: Record<Side, Set<string>> = { server: new Set(), client: new Set() };
  for (const part of drawing.split(/(?=[CS]→[CS])/)) {
    const words = part.match(/[a-z]+(?:_[a-z]+)*/g) ?? [];
    for (const word of words) drawn[part.startsWith('S→C') ? 'server' : 'client'].add(word);
  }

  it.each(ROWS.filter((row) => row.from.length === 1))('shows $type, from its side only', (row) => {
    const shown = SIDES.filter((side) => drawn[side].has(row.type));
    expect(shown).toEqual(row.from);
  });

  it('says which messages either side may send', () => {
    const either = ROWS.filter((row) => row.from.length === 2).map((row) => row.type);
    expect(source).toContain(`either: ${either.map((type) => `${type}, then close`).join('; ')}`);
  });
});
