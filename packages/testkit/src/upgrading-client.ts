/**
 * A scripted client that is upgraded over real TCP: it takes an order, tells its steps, goes away and comes back with the
 * release, or as it was. It fetches nothing: the bytes of an archive are a matter of other tests.
 */
import type { ReleaseName } from '@ops/protocol/domain/client-release.ts';
import type { UpgradeReason } from '@ops/protocol/domain/upgrade.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { systemRandom } from '@ops/runtime/random.ts';

import { exampleFacts } from './example-messages.ts';
import { connectFakeClient } from './fake-client.ts';
import type { FakeClient } from './fake-client.ts';
import { until } from './until.ts';

type Report = NonNullable<MessageOf<'register'>['upgrade']>;
type Last = NonNullable<Report['last']>;

const LONG_MS = 600_000;
const BEAT_MS = 2000;

export interface UpgradingClientOptions {
  readonly port: number;
  readonly secret?: string;
  readonly hostname: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Whose releases it takes; undefined: its client is too old to tell. */
  readonly keys: readonly string[] | undefined;
  readonly running: ReleaseName | null;
  /** What it becomes. */
  readonly target: ReleaseName;
  /** How it ends. Default: upgraded. */
  readonly ends?: { readonly state: 'refused' | 'failed' | 'back'; readonly reason: UpgradeReason };
  /** It stays at this step until this resolves. */
  readonly turn?: Promise<void>;
}

export interface UpgradingClient extends AsyncDisposable {
  readonly clientId: string;
  readonly hostname: string;
  /** Ids of upgrades it was ordered, each time. */
  readonly ordered: readonly string[];
}

export async function startUpgradingClient(options: UpgradingClientOptions): Promise<UpgradingClient> {
  const { port, secret, hostname, labels = {}, keys, target, ends, turn } = options;
  const clientId = systemRandom.uuid();
  const ordered: string[] = [];
  let running = options.running;
  let last: Last | null = null;
  let client: FakeClient | undefined;
  let isOver = false;

  async function enter(): Promise<FakeClient> {
    const fresh = await connectFakeClient({ port, clientId, ...(secret !== undefined && { secret }) });
    client = fresh;
    await fresh.enter({
      client_version: running?.version ?? '0.9.0',
      system_info: exampleFacts({ hostname }),
      labels: { ...labels },
      ...(keys && { upgrade: { keys: [...keys], release: running, last } }),
    });
    return fresh;
  }

  function tell(peer: FakeClient, state: Last['state'], id: string, reason: Last['reason'] = null): void {
    last = { upgrade_id: id, state, reason, detail: null };
    peer.send({ type: 'upgrade_status', ...last });
  }

  async function take(peer: FakeClient, { upgrade_id: id }: MessageOf<'upgrade'>): Promise<FakeClient> {
    ordered.push(id);
    if (ends?.state === 'refused') {
      tell(peer, 'refused', id, ends.reason);
      return peer;
    }
    tell(peer, 'fetching', id);
    await turn;
    if (ends?.state === 'failed') {
      tell(peer, 'failed', id, ends.reason);
      return peer;
    }
    tell(peer, 'waiting', id);
    tell(peer, 'trying', id);
    await peer.close();
    if (ends?.state === 'back') last = { upgrade_id: id, state: 'back', reason: ends.reason, detail: null };
    else running = target;
    return enter();
  }

  async function live(first: FakeClient): Promise<void> {
    let peer = first;
    let seen = 0;
    for (;;) {
      await until(() => isOver || peer.isClosed || peer.messages('upgrade').length > seen, {
        what: 'an order',
        within: LONG_MS,
      });
      if (isOver || peer.isClosed) return;
      const next = await take(peer, peer.messages('upgrade')[seen++]!);
      if (next !== peer) seen = 0;
      peer = next;
    }
  }

  const beating = systemClock.every(BEAT_MS, () => {
    if (client && !client.isClosed && client.phase === 'ready') client.sendHeartbeat();
  });
  const life = live(await enter());
  // A test that ends while it is on its way is no fault.
  life.catch(() => {});
  return {
    clientId,
    hostname,
    ordered,
    async [Symbol.asyncDispose]() {
      isOver = true;
      beating.cancel();
      client?.destroy();
      await life.catch(() => {});
    },
  };
}
