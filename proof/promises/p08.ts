/** P8: whoever does not read, or writes a byte now and then, harms only itself. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';

import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import { startFleet } from '@ops/testkit/fleet.ts';
import { until } from '@ops/testkit/until.ts';

import { openEvents } from '../event-reader.ts';
import { atMost, exactly, none, percentile, scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { SECRET, startStage, TOKEN } from '../stage.ts';
import type { Stage } from '../stage.ts';

const MIB = 1024 * 1024;
const HEALTH_EVERY_MS = 50;
const SLOW_BYTE_MS = 500;
const FLEET = 50;
/** Long commands, so that what the kernel takes for a client that does not read is soon full. */
const AT_ONCE = 20;
const LONG = Array.from({ length: 8 }, () => 'x'.repeat(120)).join(' ');
const WARM_UP = 100;
/** Longer than the rest, if the machine is busy. */
const SLOW_WITHIN_MS = 40_000;

/** Writes a request a byte at a time and never gets to its end. */
function slowWriter(stage: Stage): Socket {
  const { hostname, port, host } = new URL(stage.server.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  const request = `POST /api/send-command HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${TOKEN}\r\n`;
  let at = 0;
  const timer = systemClock.every(SLOW_BYTE_MS, () => {
    if (socket.destroyed) timer.cancel();
    else socket.write(request[at++ % request.length]!);
  });
  socket.on('close', () => timer.cancel());
  return socket;
}

export const p8: Proof = {
  id: 'P8',
  promise: 'a slow reader harms only itself',
  async run({ scale, random, lifecycle, say }) {
    const secs = scaled(scale, 10, 120);
    await using stage = await startStage({ hosts: 0, serverEnv: { OPS_LOG_LEVEL: 'error' } });
    const { api, server } = stage;
    const fleet = startFleet({
      port: server.tcpPort,
      clients: FLEET,
      secret: SECRET,
      intervalMs: 1000,
      startWithinMs: 200,
      commands: { answering: 'at-once' },
      random,
    });
    lifecycle.onRelease('simulated clients', () => fleet.stop());
    await fleet.allReady({ within: 20_000 });
    const slow = await connectFakeClient({ port: server.tcpPort, secret: SECRET });
    lifecycle.onRelease('slow client', () => slow.destroy());
    const policy = {
      readonly: false,
      commands: [],
      script_dirs: [stage.truth.scriptDir],
      script_extensions: ['sh'],
    };
    await slow.enter({ policy });
    // Usual work first, so that what is only needed once is there before memory is looked at.
    const chat = (): Promise<unknown> =>
      Promise.all(fleet.clientIds.slice(0, 5).map((each) => api.send(each, 'uptime')));
    for (let i = 0; i < WARM_UP; i++) await chat();
    const before = (await server.program.usage()).rssBytes;

    const long = `${stage.truth.command()} ${LONG}`;
    slow.pause();
    const readers = await Promise.all(
      Array.from({ length: scaled(scale, 40, 200) }, () => openEvents(server.url, TOKEN, { deaf: true })),
    );
    const writers = Array.from({ length: scaled(scale, 60, 500) }, () => slowWriter(stage));
    lifecycle.onRelease('slow writers', () => writers.forEach((writer) => writer.destroy()));
    fleet.resetRoundTrips();
    const healthMs: number[] = [];
    let unhealthy = 0;
    let highest = before;
    let sent = 0;
    const end = systemClock.mono() + secs * 1000;
    const asking = (async () => {
      while (systemClock.mono() < end) {
        const start = systemClock.mono();
        if ((await api.health()).type !== 'ok') unhealthy++;
        healthMs.push(systemClock.mono() - start);
        highest = Math.max(highest, (await server.program.usage()).rssBytes);
        await sleep(systemClock, HEALTH_EVERY_MS);
      }
    })();
    // A client that stopped reading, and answers commands it never saw.
    const sending = (async () => {
      while (systemClock.mono() < end + SLOW_WITHIN_MS) {
        const replies = await Promise.all(
          Array.from({ length: AT_ONCE }, () => api.send(slow.clientId, long, { timeoutSecs: 3600 })),
        );
        for (const reply of replies) if (reply.type === 'ok') slow.run(reply.value);
        if (replies.some((reply) => reply.type === 'fail')) return;
        sent += AT_ONCE;
      }
    })();
    // Events for readers that never read them.
    const chatting = (async () => {
      while (systemClock.mono() < end) {
        await chat();
        await sleep(systemClock, 50);
      }
    })();
    await Promise.all([asking, sending, chatting]);
    await until(async () => (await api.clients()).get(slow.clientId)?.status === 'offline', {
      within: 10_000,
      what: 'the slow client to be cut off',
    }).catch(() => undefined);
    const slowStatus = (await api.clients()).get(slow.clientId)?.status;
    const metrics = await (
      await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })
    ).text();
    const cutOff = Number(
      /^ops_dropped_total\{what="connection_slow_reader"\} (\d+)$/m.exec(metrics)?.[1] ?? 0,
    );
    const { roundTrips, lost, endings } = fleet.report();
    say(`the slow client was sent ${sent} commands; fleet: ${JSON.stringify(endings)}`);
    for (const reader of readers) reader.close();
    return [
      exactly('the client that does not read is cut off', slowStatus === 'offline' ? 1 : 0, 1),
      exactly('counted as a slow reader', cutOff, 1),
      none('/health not answered', unhealthy),
      atMost('/health p99', percentile(healthMs, 0.99), 'ms', 100, 1_500),
      atMost('memory above its start', (highest - before) / MIB, 'MiB', 64, 192),
      none('other clients lost', lost),
      atMost("other clients' longest wait for an answer to a heartbeat", roundTrips.maxMs / 1000, 's', 6),
    ];
  },
};
