import { KEPT_EVENTS, MAX_STREAM_QUEUE, STREAM_PING_MS } from '@ops/protocol/http/events.ts';
import type { ManualClock } from '@ops/testkit/manual-clock.ts';
import { beforeEach, describe, expect, it } from 'vitest';

import { GATHER_MS, METRICS_PER_FRAME } from './hub.ts';
import type { EventHub } from './hub.ts';
import { MAX_WAIT_MS, MAX_WRITE } from './reader.ts';
import { exampleClient } from './test-fleet.ts';
import type { StandInFleet } from './test-fleet.ts';
import { createTestEvents } from './test-reader.ts';
import type { TestEvents } from './test-reader.ts';

let clock: ManualClock;
let fleet: StandInFleet;
let hub: EventHub;
let connect: TestEvents['connect'];

beforeEach(() => {
  ({ clock, fleet, hub, connect } = createTestEvents());
});

describe('a reader with a view', () => {
  it('is told at once, then once a second, and of a long view without a pause', () => {
    const left = ['a', 'b', 'c'];
    const view = {
      look: () => {
        const name = left.shift();
        return { frame: name && `event: window\ndata: {"name":"${name}"}\n\n`, more: name === 'a' };
      },
    };
    const { names, seen } = connect({ topics: ['window'], views: [view] });
    clock.advance(10);
    expect(seen().map(({ data }) => data['name'])).toEqual([undefined, 'a', 'b']);
    clock.advance(980);
    expect(names()).toHaveLength(3);
    clock.advance(10);
    expect(seen().at(-1)?.data).toEqual({ name: 'c' });
  });

  it('that does not take anything is not looked at for', () => {
    let looks = 0;
    const view = {
      look: () => {
        looks++;
        return { frame: 'event: window\ndata: {}\n\n', more: false };
      },
    };
    const { reader, sink } = connect({ topics: ['window'], views: [view] });
    sink.full = true;
    clock.advance(10);
    clock.advance(5000);
    expect(looks).toBe(1);
    sink.full = false;
    reader.drained();
    clock.advance(10);
    expect(looks).toBe(2);
  });
});

describe('a new reader', () => {
  it('gets ready at once, with the time to come back after and an id to come back to', () => {
    const { written, seen } = connect();
    expect(written[0]).toMatch(/^retry: 2500\nid: [0-9a-f]{12}-0\nevent: ready\n/);
    expect(seen()[0]?.data).toEqual({ event_id: seen()[0]?.id });
  });

  it('gets changes with the counts after them, numbered', () => {
    const { seen } = connect({ topics: ['client'] });
    fleet.put(exampleClient(1));
    fleet.put(exampleClient(2, 'offline'));
    clock.advance(GATHER_MS);
    const [, first, second, counts] = seen();
    expect([first?.event, first?.data['hostname']]).toEqual(['client', 'host-00001']);
    expect([second?.event, second?.data['status']]).toEqual(['client', 'offline']);
    expect([counts?.event, counts?.data]).toEqual(['counts', { total: 2, online: 1, late: 0, offline: 1 }]);
    expect([first, second, counts].map((event) => event?.id?.split('-')[1])).toEqual(['1', '2', '3']);
  });

  it('is told that a client was forgotten', async () => {
    fleet.put(exampleClient(1, 'offline'));
    clock.advance(GATHER_MS);
    const { names, seen } = connect({ topics: ['client'] });
    await fleet.forget(exampleClient(1).id, { actor: 'a', role: 'admin', address: '' });
    clock.advance(GATHER_MS);
    expect(names()).toEqual(['ready', 'forgotten', 'counts']);
    expect(seen()[1]?.data).toEqual({ id: exampleClient(1).id });
  });

  it('gets readings of all who are online, then once a second what is new', () => {
    for (const n of [1, 2]) fleet.put(exampleClient(n));
    clock.advance(GATHER_MS);
    const { seen } = connect({ topics: ['metrics'] });
    clock.advance(10);
    expect(Object.keys(seen()[1]?.data['clients'] ?? {})).toHaveLength(2);
    fleet.measure(exampleClient(2).id, { cpu_usage: 99 }, 1_767_225_603_000);
    clock.advance(500);
    expect(seen()).toHaveLength(2);
    clock.advance(500);
    expect(seen()[2]).toMatchObject({
      event: 'metrics',
      id: undefined,
      data: { clients: { [exampleClient(2).id]: { cpu_usage: 99, last_seen_ms: 1_767_225_603_000 } } },
    });
    clock.advance(5000);
    expect(seen()).toHaveLength(3);
  });

  it('gets many readings in frames of bounded size', () => {
    for (let n = 0; n < 2 * METRICS_PER_FRAME + 1; n++) fleet.put(exampleClient(n));
    clock.advance(GATHER_MS);
    const { written, seen } = connect({ topics: ['metrics'] });
    clock.advance(100);
    const sizes = seen().map(({ data }) => Object.keys(data['clients'] ?? {}).length);
    expect(sizes).toEqual([0, METRICS_PER_FRAME, METRICS_PER_FRAME, 1]);
    expect(Math.max(...written.map((text) => text.length))).toBeLessThan(64 * 1024);
  });

  it('gets what it asked for only', () => {
    const one = connect({ clientId: exampleClient(1).id });
    const metrics = connect({ topics: ['metrics'] });
    clock.advance(1);
    for (const n of [1, 2]) fleet.put(exampleClient(n));
    clock.advance(1000);
    expect(one.names()).toEqual(['ready', 'client', 'counts', 'metrics']);
    expect(Object.keys(one.seen()[3]?.data['clients'] ?? {})).toEqual([exampleClient(1).id]);
    expect(metrics.names()).toEqual(['ready', 'metrics']);
  });

  it('is pinged when nothing happens', () => {
    const { written } = connect();
    clock.advance(STREAM_PING_MS);
    expect(written.at(-1)).toBe(': ping\n\n');
  });
});

describe('a reader that comes back', () => {
  it('gets exactly what it missed', () => {
    const before = connect({ topics: ['client'] });
    fleet.put(exampleClient(1));
    clock.advance(GATHER_MS);
    const last = before.seen().at(-1)!.id!;
    before.reader.close();
    for (const n of [2, 3]) fleet.put(exampleClient(n));
    clock.advance(GATHER_MS);
    const after = connect({ topics: ['client'], lastEventId: last });
    clock.advance(10);
    expect(after.names()).toEqual(['ready', 'client', 'client', 'counts']);
    expect(after.seen()[0]?.id).toBe(last);
  });

  it('misses nothing when it saw no event but ready', () => {
    const id = connect().seen()[0]!.id!;
    fleet.put(exampleClient(1));
    clock.advance(GATHER_MS);
    const after = connect({ topics: ['client'], lastEventId: id });
    clock.advance(10);
    expect(after.names()).toEqual(['ready', 'client', 'counts']);
  });

  it.each(['', 'nonsense', '000000000000-1', '-1', 'x'.repeat(64)])(
    'to another start (%j) is told to begin anew',
    (id) => {
      fleet.put(exampleClient(1));
      clock.advance(GATHER_MS);
      const { names, seen } = connect({ topics: ['client'], lastEventId: id });
      expect(names()).toEqual(['ready', 'reset']);
      expect(seen()[1]?.id).toBe(hub.idOf(hub.newest));
    },
  );

  it('from the future, or from before what is kept, is told to begin anew', () => {
    for (let n = 0; n <= KEPT_EVENTS; n++) fleet.put(exampleClient(n % 10));
    expect(connect({ lastEventId: hub.idOf(hub.newest + 1) }).names()).toEqual(['ready', 'reset']);
    expect(connect({ lastEventId: hub.idOf(0) }).names()).toEqual(['ready', 'reset']);
  });

  it('having missed more than may wait is told to begin anew', () => {
    const id = hub.idOf(hub.newest);
    while (missed(id) <= MAX_STREAM_QUEUE) fleet.put(exampleClient(1));
    expect(connect({ topics: ['client'], lastEventId: id }).names()).toEqual(['ready', 'reset']);
    expect(connect({ topics: ['client'], lastEventId: hub.idOf(2) }).names()).toEqual(['ready']);
  });
});

function missed(id: string): number {
  let bytes = 0;
  for (let number = hub.numberOf(id)! + 1; number <= hub.newest; number++) bytes += hub.at(number)!.bytes;
  return bytes;
}

describe('P8 a slow reader', () => {
  it('is closed with the byte that is one too many, and not before', () => {
    const slow = connect();
    slow.sink.full = true;
    fleet.put(exampleClient(1));
    clock.advance(GATHER_MS);
    // The first change was written and filled the sink; what follows waits.
    const from = hub.idOf(1);
    for (let n = 0; n < 100; n++) fleet.put(exampleClient(1));
    clock.advance(GATHER_MS);
    slow.sink.waitingBytes = MAX_STREAM_QUEUE - missed(from);
    clock.advance(1000);
    expect(slow.ends).toEqual([]);
    slow.sink.waitingBytes++;
    clock.advance(1000);
    expect(slow.ends).toEqual(['slow']);
  });

  it('is closed when it takes nothing for too long', () => {
    const slow = connect({ topics: ['client'] });
    slow.sink.full = true;
    fleet.put(exampleClient(1));
    clock.advance(GATHER_MS + MAX_WAIT_MS - STREAM_PING_MS);
    expect(slow.ends).toEqual([]);
    clock.advance(STREAM_PING_MS * 2);
    expect(slow.ends).toEqual(['slow']);
  });

  it('gets the newest readings and none that are old', () => {
    fleet.put(exampleClient(1));
    clock.advance(GATHER_MS);
    const slow = connect({ topics: ['metrics'] });
    slow.sink.full = true;
    clock.advance(1000);
    for (let second = 1; second <= 5; second++) {
      fleet.measure(exampleClient(1).id, { cpu_usage: second }, second);
      clock.advance(1000);
    }
    slow.sink.full = false;
    slow.reader.drained();
    clock.advance(10);
    const usages = slow
      .seen()
      .flatMap(({ data }) => JSON.stringify(data).match(/(?<="cpu_usage":)[\d.]+/g) ?? []);
    expect(usages).toEqual(['12.5', '5']);
  });

  it('does not hold up the others', () => {
    const slow = connect({ topics: ['client'] });
    const quick = connect({ topics: ['client'] });
    slow.sink.full = true;
    for (let n = 0; n < 1000; n++) fleet.put(exampleClient(n));
    clock.advance(200);
    expect(quick.names().filter((name) => name === 'client')).toHaveLength(1000);
  });

  it('that is filtered does not wait for what it did not ask for', () => {
    const slow = connect({ topics: ['client'], clientId: exampleClient(1).id });
    slow.sink.full = true;
    fleet.put(exampleClient(1));
    clock.advance(GATHER_MS);
    for (let n = 0; n < 2000; n++) fleet.put(exampleClient(2));
    clock.advance(GATHER_MS);
    expect(slow.ends).toEqual([]);
  });
});

it('a burst is written in pieces, the event loop having a turn between them', () => {
  const { written } = connect({ topics: ['client'] });
  for (let n = 0; n < 1000; n++) fleet.put(exampleClient(n));
  clock.advance(200);
  expect(written.length).toBeGreaterThan(5);
  expect(Math.max(...written.map((text) => text.length))).toBeLessThan(MAX_WRITE + 2048);
});

it('the end of the server is the end of every reader, once', () => {
  const { ends, reader } = connect();
  hub.close();
  hub.close();
  reader.close();
  expect(ends).toEqual(['shutdown']);
});

it('no timer is left when readers are gone', () => {
  const before = clock.pending;
  const { reader } = connect();
  clock.advance(1);
  reader.close();
  reader.close();
  expect(clock.pending).toBe(before);
});
