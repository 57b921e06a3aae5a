/** P22: group commit keeps up with results of a whole fleet, and they are seen at once. */
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { startFleet } from '@ops/testkit/fleet.ts';
import { until } from '@ops/testkit/until.ts';

import { openEvents } from '../event-reader.ts';
import { atLeast, atMost, exactly, none, percentile, scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { SECRET, startStage, TOKEN } from '../stage.ts';

/** Results that are sent in one go to see how many a second are taken. */
const BURST_EACH = 4;

export const p22: Proof = {
  id: 'P22',
  promise: 'group commit keeps up',
  async run({ scale, random, lifecycle, say }) {
    const clients = scaled(scale, 400, 1000);
    const seconds = scaled(scale, 4, 10);
    await using stage = await startStage({
      hosts: 0,
      serverEnv: { OPS_MAX_CONNECTIONS: String(clients + 10), OPS_LOG_LEVEL: 'error' },
    });
    const { api, server } = stage;
    const fleet = startFleet({
      port: server.tcpPort,
      clients,
      secret: SECRET,
      startWithinMs: 500,
      commands: { answering: 'when-told' },
      random,
    });
    lifecycle.onRelease('simulated clients', () => fleet.stop());
    await fleet.allReady({ within: 60_000 });

    const seenAt = new Map<string, number>();
    const batches: string[] = [];
    const hold = async (): Promise<void> => {
      const reply = await api.batch({
        all: true,
        command: 'uptime',
        concurrency: clients,
        timeout_secs: 3600,
      });
      if (reply.type !== 'ok') throw new Error(`no batch: ${JSON.stringify(reply)}`);
      batches.push(reply.value.batch_id);
      const held = batches.length * clients;
      await until(() => fleet.commands().executed === held, {
        within: 60_000,
        what: 'every client to have its command',
      });
    };

    // One batch for each second, each watched by a reader of its own.
    for (let i = 0; i < seconds; i++) await hold();
    const readers = await Promise.all(
      batches.map((id) =>
        openEvents(server.url, TOKEN, {
          query: `topics=command&batch_id=${id}`,
          on(name, data) {
            if (name !== 'command' || !('state' in data) || !('id' in data)) return;
            if (data.state === 'Completed') seenAt.set(data.id, systemClock.mono());
          },
        }),
      ),
    );
    for (let second = 0; second < seconds; second++) {
      const next = systemClock.mono() + 1000;
      fleet.answer();
      await sleep(systemClock, next - systemClock.mono());
    }
    await until(() => fleet.commands().acknowledged === clients * seconds, {
      within: 30_000,
      what: 'every result to be acknowledged',
    });
    await until(() => seenAt.size === clients * seconds, { within: 10_000, what: 'every event' }).catch(
      () => undefined,
    );
    const answeredAt = fleet.answeredAt();
    const latencies = [...seenAt].map(([id, at]) => at - (answeredAt.get(id) ?? at));
    for (const reader of readers) reader.close();

    for (let i = 0; i < BURST_EACH; i++) await hold();
    const before = fleet.commands().acknowledged;
    const start = systemClock.mono();
    for (let i = 0; i < BURST_EACH; i++) fleet.answer();
    const expected = before + clients * BURST_EACH;
    await until(() => fleet.commands().acknowledged === expected, {
      within: 60_000,
      what: 'every result of the burst to be acknowledged',
    });
    const rate = (clients * BURST_EACH * 1000) / (systemClock.mono() - start);
    say(`event p50 ${percentile(latencies, 0.5).toFixed(0)} ms`);
    const [row] = await stage.query("SELECT count(*) AS count FROM commands WHERE state = 'Completed'");
    return [
      atLeast('results accepted a second', rate, '/s', 2_000, 500),
      exactly('results stored', Number(row?.['count']), clients * (seconds + BURST_EACH)),
      exactly('events seen', seenAt.size, clients * seconds),
      atMost('result to event p99', percentile(latencies, 0.99), 'ms', 250, 2_000),
      none('commands that came twice', fleet.commands().repeated),
      none('connections lost', fleet.report().lost),
    ];
  },
};
