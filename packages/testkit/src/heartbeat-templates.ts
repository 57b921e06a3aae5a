/**
 * Heartbeats of a simulated fleet, serialised once: many clients send realistic and varied readings for the price of
 * writing thirteen digits of time.
 */
import type { Sample } from '@ops/protocol/domain/sample.ts';
import { writeMessage } from '@ops/protocol/wire/messages.ts';
import type { Random } from '@ops/runtime/random.ts';

import { exampleSample } from './example-messages.ts';

const TEMPLATES = 256;
/** Digits of milliseconds since 1970, from 2001 to 2286. */
const TIME_DIGITS = 13;
const TIME_PLACE = '"client_time":';

export interface HeartbeatTemplates {
  /** The body of a heartbeat. Use it before the next call: it is written over. @param pick any whole number from 0 */
  body(pick: number, clientTime: number): Buffer;
  /** Average size of a body in bytes. */
  readonly averageBytes: number;
}

/** A busy little host: 4 cores, 2 disks, 2 interfaces, 2 block devices. */
function variedSample(random: Random): Sample {
  const upTo = (max: number, digits = 0): number => Number((random.unit() * max).toFixed(digits));
  const example = exampleSample();
  const cores = Array.from({ length: 4 }, () => upTo(100, 1));
  const blockDevice = (device: string) => ({
    device,
    read_bytes_per_sec: upTo(4_000_000),
    write_bytes_per_sec: upTo(9_000_000),
  });
  return {
    ...example,
    cpu_usage: Number((cores.reduce((sum, core) => sum + core, 0) / cores.length).toFixed(1)),
    cpu_core_usage: cores,
    load_average: [upTo(4, 2), upTo(4, 2), upTo(4, 2)],
    used_memory: upTo(example.total_memory ?? 0),
    used_swap: upTo(example.total_swap ?? 0),
    disks: example.disks?.map((disk) => ({ ...disk, used: upTo(disk.total) })) ?? [],
    network: ['eth0', 'eth1'].map((name) => ({
      interface: name,
      rx_bytes_per_sec: upTo(12_000_000),
      tx_bytes_per_sec: upTo(3_000_000),
    })),
    disk_io: [blockDevice('sda'), blockDevice('sdb')],
    process_count: 100 + upTo(300),
    uptime_secs: upTo(40_000_000, 2),
  };
}

export function createHeartbeatTemplates(random: Random): HeartbeatTemplates {
  const bodies = Array.from({ length: TEMPLATES }, () =>
    writeMessage({ type: 'heartbeat', client_time: 10 ** (TIME_DIGITS - 1), sample: variedSample(random) }),
  );
  const timeAt = bodies[0]!.indexOf(TIME_PLACE) + TIME_PLACE.length;
  return {
    averageBytes: bodies.reduce((sum, body) => sum + body.length, 0) / TEMPLATES,
    body(pick, clientTime) {
      const body = bodies[pick % TEMPLATES]!;
      body.write(String(clientTime), timeAt, TIME_DIGITS, 'latin1');
      return body;
    },
  };
}
