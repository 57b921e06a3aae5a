/** P15: output without an end is bounded on every side, and heartbeats keep their beat. */
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { isFinal, KEPT_HEAD_BYTES, KEPT_TAIL_BYTES } from '@ops/protocol/domain/command.ts';
import type { RunningProgram } from '@ops/testkit/child-program.ts';
import { until } from '@ops/testkit/until.ts';

import { openEvents } from '../event-reader.ts';
import { atMost, exactly, none, scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { startStage, TOKEN } from '../stage.ts';

const MIB = 1024 * 1024;
const KEPT_BYTES = KEPT_HEAD_BYTES + KEPT_TAIL_BYTES;
const WATCH_EVERY_MS = 50;
const SETTLE_MS = 2_000;
const ENDED_WITHIN_MS = 300_000;

/** Highest resident memory above what it was at the start, until stopped. */
async function watchMemory(program: RunningProgram): Promise<{ stop(): Promise<number> }> {
  const before = (await program.usage()).rssBytes;
  let highest = before;
  const stopped = new AbortController();
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      highest = Math.max(highest, (await program.usage()).rssBytes);
      await sleep(systemClock, WATCH_EVERY_MS, stopped.signal);
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await watching;
      return highest - before;
    },
  };
}

export const p15: Proof = {
  id: 'P15',
  promise: 'endless output is bounded',
  async run({ scale, say }) {
    const floodMiB = scaled(scale, 200, 2048);
    const lineMiB = scaled(scale, 20, 100);
    await using stage = await startStage({ hosts: 1 });
    const { api, truth, hosts, server } = stage;
    const host = hosts[0]!;
    const flood = await truth.addScript('flood', `yes 'a line of no importance' | head -c ${floodMiB}M\n`);
    const noise = await truth.addScript('noise', `head -c ${floodMiB}M /dev/urandom\n`);
    const line = await truth.addScript('line', `head -c ${lineMiB}M /dev/zero | tr '\\0' x\n`);
    // Once, so that everything that is only needed the first time is there before memory is looked at.
    await api.final(await api.mustSend(host.clientId, truth.command({ lines: 100_000 })));
    await sleep(systemClock, SETTLE_MS);

    const client = await watchMemory(host.client.program);
    const ofServer = await watchMemory(server.program);
    let lastSeen = systemClock.mono();
    let gapMs = 0;
    const beat = await openEvents(server.url, TOKEN, {
      query: 'topics=metrics',
      on(name) {
        if (name !== 'metrics') return;
        gapMs = Math.max(gapMs, systemClock.mono() - lastSeen);
        lastSeen = systemClock.mono();
      },
    });
    // Told of the ends, as the console is: asking for four whole results again and again would be what is measured.
    const over = new Set<string>();
    const ends = await openEvents(server.url, TOKEN, {
      query: 'topics=command',
      on(name, data) {
        if (name === 'command' && 'client_id' in data && 'state' in data && isFinal(data.state))
          over.add(data.id);
      },
    });
    const start = systemClock.mono();
    const scripts = [flood, flood, noise, line];
    const ids: string[] = [];
    for (const script of scripts) ids.push(await api.mustSend(host.clientId, script, { timeoutSecs: 300 }));
    const viewer = await openEvents(server.url, TOKEN, { query: `topics=output&command_id=${ids[0]}` });
    await until(() => ids.every((id) => over.has(id)), { within: ENDED_WITHIN_MS, what: 'the ends' });
    const ended = await Promise.all(ids.map((id) => api.final(id)));
    const secs = (systemClock.mono() - start) / 1000;
    const viewed = viewer.bytes;
    viewer.close();
    ends.close();
    beat.close();
    const [clientGrowth, serverGrowth] = [await client.stop(), await ofServer.stop()];
    const kept = await stage.query(
      'SELECT command_id, sum(length(data)) AS bytes FROM command_output GROUP BY command_id, stream',
    );
    const tooMuch = kept.filter(({ bytes }) => Number(bytes) > KEPT_BYTES).length;
    const bodies = ended.map(({ body }) => body);
    say(
      `${scripts.length} commands took ${secs.toFixed(1)} s, the viewer got ${(viewed / MIB).toFixed(2)} MiB`,
    );
    const expected = [floodMiB, floodMiB, floodMiB, lineMiB].map((mib) => mib * MIB);
    return [
      exactly('completed', ended.filter(({ state }) => state === 'Completed').length, scripts.length),
      exactly('marked as truncated', bodies.filter((body) => body.output_truncated).length, scripts.length),
      none(
        'counted otherwise than written',
        bodies.filter((body, i) => body.stdout_bytes !== expected[i]).length,
      ),
      none('streams of which more than 1 MiB is kept', tooMuch),
      atMost('memory of the client above its start', clientGrowth / MIB, 'MiB', 32, 128),
      atMost('memory of the server above its start', serverGrowth / MIB, 'MiB', 16, 96),
      atMost('longest gap between heartbeats', gapMs / 1000, 's', 6),
      atMost('live view a second', viewed / 1024 / Math.max(1, secs), 'KiB', 256 * 1.1, 512),
    ];
  },
};
