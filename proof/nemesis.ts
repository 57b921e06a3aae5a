/**
 * What goes wrong during a run, one fault after the other, at seeded times: one hand for the hosts, one for the
 * server, so that both may be down at once. Each fault is healed, and its effect waited for, before the next one.
 */
import { cp, mkdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';

import { sleep, systemClock } from '@ops/runtime/clock.ts';
import type { Random } from '@ops/runtime/random.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import type { Way } from '@ops/testkit/tcp-proxy.ts';
import { until } from '@ops/testkit/until.ts';

import type { History } from './history.ts';
import type { Host } from './host.ts';
import { between, pick } from './promise.ts';
import { SECRET } from './stage.ts';
import type { Stage } from './stage.ts';

export interface NemesisNeeds {
  readonly stage: Stage;
  readonly history: History;
  readonly random: Random;
  /** Longest freeze and black hole, in seconds. */
  readonly longestSecs: number;
}

export interface Nemesis {
  /** How often each fault came. */
  readonly counts: ReadonlyMap<string, number>;
  /** Ends the fault that is under way. */
  stop(): Promise<void>;
}

type Fault = (host: Host) => Promise<void>;

/** Back within the longest pause of a client, and a start under load. */
const BACK_WITHIN_MS = 60_000;

export function startNemesis({ stage, history, random, longestSecs }: NemesisNeeds): Nemesis {
  const counts = new Map<string, number>();
  const stopped = new AbortController();
  const pause = (ms: number): Promise<void> => sleep(systemClock, ms, stopped.signal);
  const long = (): Promise<void> => pause(between(random, 1_000, longestSecs * 1000));

  const way =
    (ways: { toServer?: Way; toClient?: Way }): Fault =>
    async (host) => {
      host.proxy.set(ways);
      await long();
      host.proxy.set({ toServer: 'pass', toClient: 'pass' });
    };

  const hostFaults: Readonly<Record<string, Fault>> = {
    async 'kill client'(host) {
      await host.kill();
      await pause(between(random, 0, 2_000));
      await host.start({ connected: false });
    },
    async 'stop client'(host) {
      host.freeze();
      await long();
      host.thaw();
    },
    async cut(host) {
      host.proxy.cut();
    },
    async 'refused connections'(host) {
      host.proxy.refuse(true);
      host.proxy.cut();
      await pause(between(random, 500, 3_000));
      host.proxy.refuse(false);
    },
    'black hole': way({ toServer: 'silent', toClient: 'silent' }),
    'black hole to the server': way({ toServer: 'silent' }),
    'black hole to the client': way({ toClient: 'silent' }),
    'byte by byte': way({ toServer: 'bytewise', toClient: 'bytewise' }),
    '300 ms delay': way({ toServer: { delayMs: 300 }, toClient: { delayMs: 300 } }),
    async 'journal damage'(host) {
      await host.kill();
      const files = await host.journalFiles();
      const file = files.length > 0 ? pick(random, files) : undefined;
      if (file !== undefined) {
        if (random.unit() < 0.3) await rm(file, { force: true });
        else await truncate(file, Math.floor((await stat(file)).size * random.unit()));
      }
      await host.start({ connected: false });
    },
    async 'two clients with one id'(host) {
      const twin = join(stage.directory, `twin-of-${host.name}`);
      await mkdir(twin, { recursive: true });
      await cp(join(host.directory, 'client_id.txt'), join(twin, 'client_id.txt'));
      await using client = await startClient({
        server: { port: stage.server.tcpPort },
        secret: SECRET,
        directory: twin,
        connected: false,
        env: { OPS_ALLOWED_SCRIPT_DIRS: stage.truth.scriptDir, OPS_RETRY_MAX_ATTEMPTS: '0' },
      });
      await pause(between(random, 1_000, 3_000));
      await client.program.kill9();
    },
  };

  const serverFaults: Readonly<Record<string, () => Promise<void>>> = {
    async 'kill server'() {
      await stage.killServer();
      await pause(between(random, 0, 2_000));
      await stage.startServer();
    },
    async 'restart server'() {
      await stage.stopServer();
      await stage.startServer();
    },
    async 'stop server'() {
      stage.server.program.signal('SIGSTOP');
      await pause(between(random, 500, Math.min(8, longestSecs) * 1000));
      stage.server.program.signal('SIGCONT');
    },
    ...(stage.disk && {
      async 'disk full'() {
        await stage.disk?.fill();
        await pause(between(random, 1_000, Math.min(8, longestSecs) * 1000));
        await stage.disk?.free();
      },
    }),
  };

  async function strike(proc: string, kind: string, id: string, fault: () => Promise<void>): Promise<void> {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    history.add({ proc, type: 'invoke', f: 'fault', id, value: { kind } });
    await fault();
    // Its effect is over when everybody is back: what the other hand does meanwhile only makes it longer.
    await until(async () => allBack(stage), {
      within: BACK_WITHIN_MS,
      every: 100,
      what: 'everybody to be back',
    }).catch(() => undefined);
    history.add({ proc, type: 'ok', f: 'fault', id, value: { kind } });
  }

  async function ofHosts(): Promise<void> {
    while (!stopped.signal.aborted) {
      const kind = pick(random, Object.keys(hostFaults));
      const host = pick(random, stage.hosts);
      await strike('nemesis of hosts', kind, host.name, () => hostFaults[kind]!(host));
      await pause(between(random, 0, 1_000));
    }
  }

  async function ofServer(): Promise<void> {
    while (!stopped.signal.aborted) {
      await pause(between(random, 2_000, 12_000));
      if (stopped.signal.aborted) return;
      const kind = pick(random, Object.keys(serverFaults));
      await strike('nemesis of the server', kind, 'server', () => serverFaults[kind]!());
    }
  }

  const running = [ofHosts(), ofServer()];
  return {
    counts,
    async stop() {
      stopped.abort();
      await Promise.all(running);
    },
  };
}

async function allBack(stage: Stage): Promise<boolean> {
  const clients = await stage.api.clients();
  return stage.hosts.every(({ clientId }) => {
    const client = clients.get(clientId);
    return client?.status === 'online' && !client.late;
  });
}
