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
/** Commands; about as many as the slow client is sent before it is cut off. */
const USUAL_ROUND = 4_000;
const USUAL_ROUNDS = 12;
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
    // Memory depends on how the program is started: as a user does.
    await using stage = await startStage({
      hosts: 0,
      serverFile: 'bin/ops-server',
      serverEnv: { OPS_LOG_LEVEL: 'error' },
    });
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
    const long = `${stage.truth.command()} ${LONG}`;
    let highest = 0;
    const lookAtMemory = async (): Promise<number> =>
      (highest = Math.max(highest, (await server.program.usage()).rssBytes));
    const usual = await connectFakeClient({ port: server.tcpPort, secret: SECRET });
    lifecycle.onRelease('usual client', () => usual.destroy());
    await usual.enter({ policy });
    // The same commands for a client that reads, until they no longer raise what the server takes: the events kept, full
    // caches and what waits to be collected are not the doing of the slow ones.
    for (let round = 0, before = -1; round < scaled(scale, 1, USUAL_ROUNDS) && highest > before; round++) {
      before = highest;
      for (let done = 0; done < USUAL_ROUND; done += AT_ONCE) {
        const ids = await Promise.all(
          Array.from({ length: AT_ONCE }, () => api.mustSend(usual.clientId, long)),
        );
        for (const id of ids) usual.run(id);
      }
      await lookAtMemory();
    }
    usual.destroy();
    const usually = highest;

    slow.pause();
    const readers = await Promise.all(
      Array.from({ length: scaled(scale, 40, 200) }, () => openEvents(server.url, TOKEN, { deaf: true })),
    );
    const writers = Array.from({ length: scaled(scale, 60, 500) }, () => slowWriter(stage));
    lifecycle.onRelease('slow writers', () => writers.forEach((writer) => writer.destroy()));
    fleet.resetRoundTrips();
    const healthMs: number[] = [];
    let unhealthy = 0;
    let sent = 0;
    const end = systemClock.mono() + secs * 1000;
    const asking = (async () => {
      while (systemClock.mono() < end) {
        const start = systemClock.mono();
        if ((await api.health()).type !== 'ok') unhealthy++;
        healthMs.push(systemClock.mono() - start);
        await lookAtMemory();
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
        await Promise.all(fleet.clientIds.slice(0, 5).map((each) => api.send(each, 'uptime')));
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
      atMost('memory above that of usual work', (highest - usually) / MIB, 'MiB', 64, 192),
      none('other clients lost', lost),
      atMost("other clients' longest wait for an answer to a heartbeat", roundTrips.maxMs / 1000, 's', 6),
    ];
  },
};
