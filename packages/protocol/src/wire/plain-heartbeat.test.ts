import { isDeepStrictEqual } from 'node:util';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { MAX_EPOCH_MS } from '../domain/id.ts';
import {
  MAX_CORES,
  MAX_DISKS,
  MAX_INTERFACES,
  MAX_MOUNT_CHARS,
  MAX_NAME_CHARS,
  MAX_PERCENT,
  READING_FIELDS,
} from '../domain/sample.ts';
import type { Sample } from '../domain/sample.ts';
import { readMessage } from './messages.ts';
import { freshHeartbeat, readPlainHeartbeat } from './plain-heartbeat.ts';
import type { FreshHeartbeat } from './plain-heartbeat.ts';
import { WireError } from './wire-error.ts';

const SAMPLE: Sample = {
  cpu_usage: 12.5,
  cpu_core_usage: [10.2, 0, 100],
  load_average: [0.52, 0.48, 0],
  total_memory: 8_589_934_592,
  used_memory: 3_221_225_472,
  total_swap: 0,
  used_swap: 0,
  disks: [
    { mount: '/', filesystem: 'ext4', total: 107_374_182_400, used: 45_097_156_608 },
    { mount: '/data: {x}', filesystem: 'xfs', total: 536_870_912_000, used: 9 },
    { mount: '/数据/䀀鿿', filesystem: 'xfs', total: 1, used: 0 },
  ],
  network: [{ interface: 'eth0', rx_bytes_per_sec: 18_432, tx_bytes_per_sec: 9216.25 }],
  disk_io: [{ device: 'sda', read_bytes_per_sec: 4096, write_bytes_per_sec: 81_920 }],
  process_count: 187,
  uptime_secs: 864_000.5,
};
const FULL = { type: 'heartbeat', client_time: 1_756_540_800_000, sample: SAMPLE };

/** What both readers make of a heartbeat, to be compared. */
function meaning({ clientTimeMs, sample }: FreshHeartbeat): unknown {
  if (!sample) return { clientTimeMs };
  const text = sample.body.toString('utf8', sample.from, sample.to);
  return { clientTimeMs, whole: JSON.parse(text) as unknown, figures: [...sample.figures] };
}

/** @returns the reason of a refusal in words */
function strictly(body: Buffer): unknown {
  try {
    const message = readMessage(body, 'client', 'ready');
    return message.type === 'heartbeat' && message.client_id === undefined
      ? meaning(freshHeartbeat(message))
      : message.type;
  } catch (error) {
    if (error instanceof WireError) return error.code;
    throw error;
  }
}

/** @returns whether it is plain. @throws Error when it is, and the strict reader thinks differently of it */
function isPlain(body: Buffer | string): boolean {
  const bytes = Buffer.from(body);
  const plain = readPlainHeartbeat(bytes);
  if (plain && !isDeepStrictEqual(meaning(plain), strictly(bytes)))
    throw new Error(`understood in two ways: ${bytes.toString()}`);
  return plain !== undefined;
}

const many = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);
const asReading = (field: string, number: string): string =>
  `{"type":"heartbeat","sample":{"${field}":${number}}}`;
const heartbeat = (sample: unknown): string => JSON.stringify({ type: 'heartbeat', sample });

describe('a heartbeat is plain', () => {
  it.each<[string, unknown]>([
    ['with everything', FULL],
    ['with nothing', { type: 'heartbeat' }],
    ['with an empty sample', { sample: {}, type: 'heartbeat' }],
    ['without a sample', { client_time: 0, type: 'heartbeat' }],
    ['with its fields in another order', Object.fromEntries(Object.entries(FULL).toReversed())],
    [
      'with its readings in another order',
      { ...FULL, sample: Object.fromEntries(Object.entries(SAMPLE).toReversed()) },
    ],
    ['with empty lists', { ...FULL, sample: { cpu_core_usage: [], disks: [], network: [], disk_io: [] } }],
  ])('%s', (_name, message) => {
    expect(isPlain(JSON.stringify(message))).toBe(true);
  });

  it('with every reading there is: one that is not read here would cost every heartbeat its speed', () => {
    expect(Object.keys(SAMPLE)).toEqual(Object.keys(READING_FIELDS));
  });

  it('up to each limit, and not one past it', () => {
    const disk = { mount: 'a', filesystem: 'x', total: 1, used: 1 };
    const device = { device: 'a', read_bytes_per_sec: 1, write_bytes_per_sec: 1 };
    const network = { interface: 'a', rx_bytes_per_sec: 1, tx_bytes_per_sec: 1 };
    for (const [one, limit] of [
      [(n: number) => ({ cpu_core_usage: many(n, 1) }), MAX_CORES],
      [(n: number) => ({ disks: many(n, disk) }), MAX_DISKS],
      [(n: number) => ({ disk_io: many(n, device) }), MAX_DISKS],
      [(n: number) => ({ network: many(n, network) }), MAX_INTERFACES],
      [(n: number) => ({ cpu_usage: n }), MAX_PERCENT],
      [(n: number) => ({ process_count: n }), Number.MAX_SAFE_INTEGER],
      [(n: number) => ({ disks: [{ ...disk, mount: 'm'.repeat(n) }] }), MAX_MOUNT_CHARS],
      [(n: number) => ({ disks: [{ ...disk, mount: '盘'.repeat(n) }] }), MAX_MOUNT_CHARS],
      [(n: number) => ({ network: [{ ...network, interface: 'i'.repeat(n) }] }), MAX_NAME_CHARS],
      [(n: number) => ({ disk_io: [{ ...device, device: 'd'.repeat(n) }] }), MAX_NAME_CHARS],
    ] as const) {
      expect(isPlain(heartbeat(one(limit)))).toBe(true);
      expect(isPlain(heartbeat(one(limit + 1)))).toBe(false);
    }
    expect(isPlain(`{"type":"heartbeat","client_time":${MAX_EPOCH_MS}}`)).toBe(true);
    expect(isPlain(`{"type":"heartbeat","client_time":${MAX_EPOCH_MS + 1}}`)).toBe(false);
  });

  it('with numbers as each JSON parser reads them', () => {
    const plain = '0 10 0.5 99.99 4.35 5.0 0.12345678901234 0.0000000000000000000001 2.500000000000000';
    for (const number of plain.split(' ')) expect(isPlain(asReading('cpu_usage', number))).toBe(true);
    const odd =
      '00 01 0. .5 1. -0 -1 +1 --1 1e0 1E1 1.5e1 1e400 NaN 1.5.5 0x1 9007199254740992 0.12345678901234567 0.00000000000000000000001';
    for (const number of odd.split(' ')) expect(isPlain(asReading('uptime_secs', number))).toBe(false);
    for (const number of ['0', '10', '5.0']) expect(isPlain(asReading('used_memory', number))).toBe(true);
    for (const number of ['0.5', '4.35']) expect(isPlain(asReading('used_memory', number))).toBe(false);
  });
});

describe('a heartbeat is left to the strict reader', () => {
  const full = JSON.stringify(FULL);
  it.each([
    ['another message', '{"type":"app_info","app_info":[]}'],
    ['one that begins like it', '{"type":"heartbeat_ack","server_time":1}'],
    ['no type', '{"client_time":1}'],
    ['an identity', `{"client_id":"11111111-2222-4333-8444-555555555555",${full.slice(1)}`],
    ['an unknown field', full.replace('"sample"', '"more":1,"sample"')],
    ['an unknown reading', full.replace('"used_swap"', '"used_swamp"')],
    ['a key given twice', full.replace('"process_count"', '"used_swap"')],
    ['a field of a list given twice', full.replace('"filesystem"', '"mount"')],
    ['a field of a list that is missing', full.replace('"filesystem":"ext4",', '')],
    ['two loads', full.replace('"load_average":[0.52,', '"load_average":[')],
    ['four loads', full.replace('"load_average":[', '"load_average":[1,')],
    ['white space', full.replace(':', ': ')],
    ['an escape', full.replace('ext4', 'ext\\u0034')],
    ['a control character', full.replace('ext4', 'ext\u007f')],
    ['text of other scripts', full.replace('/data', '/données')],
    ['text that turns round what follows', full.replace('/data', '/\u202edata')],
    ['half a character', Buffer.from(full).fill('x', full.indexOf('数') + 1, full.indexOf('数') + 2)],
    [
      'a text that ends within a character',
      Buffer.from(full.slice(0, full.indexOf('数') + 1)).subarray(0, -1),
    ],
    ['a byte that is no text', Buffer.from(full.replace('ext4', 'ext\u00ff'), 'latin1')],
    ['nothing', ''],
    ['something behind it', `${full} `],
    ['an open end', full.slice(0, -1)],
    [
      'a body too long to be usual',
      heartbeat({ disks: Array(MAX_DISKS).fill(SAMPLE.disks![1]!), cpu_usage: 1 }).replaceAll(
        'xfs',
        'x'.repeat(64),
      ),
    ],
  ])('with %s', (_name, body) => {
    expect(isPlain(body)).toBe(false);
  });
});

/** Frames a hostile, broken or merely different peer could send: pieces of good ones, cut, mixed and altered. */
function* mutants(seed: number, count: number): Generator<Buffer> {
  let state = seed | 1;
  const below = (limit: number): number => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    return (state >>> 8) % limit;
  };
  const parts = [
    ...'" : , { } [ ] 0 9 . - e \\ null true "" {} [] 00 é 数 \u0000 "type":"heartbeat"'.split(' '),
    ...' |"client_time":5|"cpu_usage":1|"__proto__":1|9007199254740993|"used":1,"total":2'.split('|'),
    ...Object.entries(SAMPLE).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)},`),
  ].map((part) => Buffer.from(part));
  const whole = Buffer.from(JSON.stringify(FULL));
  const small = Buffer.from('{"type":"heartbeat","client_time":12,"sample":{"cpu_usage":3.5,"disks":[]}}');
  for (let made = 0; made < count; made++) {
    let body = below(2) === 0 ? whole : small;
    for (let edits = 1 + below(3); edits > 0; edits--) {
      const from = below(body.length + 1);
      const to = Math.min(body.length, from + below(below(4) === 0 ? 60 : 3));
      const part = parts[below(parts.length)]!;
      const piece = [
        part,
        Buffer.of(below(256)),
        body.subarray(from, to),
        Buffer.alloc(0),
        Buffer.of(48 + below(10)),
      ];
      body = Buffer.concat([body.subarray(0, from), piece[below(piece.length)]!, body.subarray(to)]);
    }
    yield body;
  }
}

it('whatever is taken for plain means the same to the strict reader', () => {
  let plain = 0;
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      for (const body of mutants(seed, 200)) if (isPlain(body)) plain++;
    }),
    { numRuns: 200 },
  );
  // Enough for a difference to show.
  expect(plain).toBeGreaterThan(4000);
});

it('every beginning of a heartbeat, and every one with a byte missing, is judged alike', () => {
  const body = Buffer.from(JSON.stringify(FULL));
  for (let cut = 0; cut < body.length; cut++) {
    expect(isPlain(body.subarray(0, cut))).toBe(false);
    isPlain(Buffer.concat([body.subarray(0, cut), body.subarray(cut + 1)]));
  }
  expect(isPlain(body)).toBe(true);
});

it('numbers with a point are rounded as the JSON parser does', () => {
  const number = fc.tuple(fc.double({ min: 0, max: 2 ** 53, noNaN: true }), fc.nat({ max: 20 }));
  let plain = 0;
  fc.assert(
    fc.property(fc.array(number, { minLength: 20 }), (numbers) => {
      for (const [value, digits] of numbers) {
        const texts = [String(value), value.toFixed(digits), (value / 2 ** 40).toFixed(digits)];
        for (const text of texts)
          if (isPlain(`{"type":"heartbeat","sample":{"uptime_secs":${text}}}`)) plain++;
      }
    }),
    { numRuns: 300 },
  );
  expect(plain).toBeGreaterThan(2000);
});
