/** Hosts that can be upgraded, for tests: links that do what they are told and keep what they did over the death of the server. */
import type { ReleaseName } from '@ops/protocol/domain/client-release.ts';
import type { UpgradeReason } from '@ops/protocol/domain/upgrade.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import type { ClientLink } from '../fleet/fleet.ts';
import type { FleetRegistry } from '../fleet/registry.ts';
import { idOf, registrationOf } from '../fleet/test-fleet.ts';
import type { Told, UpgradeInbox } from './upgrades.ts';

/** Between two things a host does. */
const STEP_MS = 1000;
export const OLD: ReleaseName = { version: '1.0.0', commit: 'a', released_at: 1_000 };

export interface Hearing {
  readonly fleet: FleetRegistry;
  readonly inbox: UpgradeInbox;
}

export type Habit =
  | 'upgrades'
  /** Says nothing at all. */
  | 'silent'
  /** Is switched off while it tries, and comes back by `connect` alone. */
  | 'vanishes'
  | { readonly ends: 'refused' | 'failed' | 'back'; readonly reason: UpgradeReason };

export interface TestHost {
  readonly n: number;
  keys: string[];
  release: ReleaseName | null;
  habit: Habit;
  last: Told | null;
  /** Ids of upgrades it was ordered, each time. */
  readonly ordered: string[];
  readonly cancelled: string[];
  /** How often the new program was tried. */
  trials: number;
}

export interface TestHosts {
  readonly all: ReadonlyMap<number, TestHost>;
  host(n: number): TestHost;
  connect(n: number): void;
  disconnect(n: number): void;
  /** Whatever it likes. */
  says(n: number, told: Told): void;
  serverGone(): void;
  serverIs(server: Hearing): void;
  /** All that were connected come back. */
  return(): void;
}

const plain = (state: Told['state']) => ({ state, reason: null, detail: null });

export function testHosts(clock: Clock, key: () => string, target: () => ReleaseName): TestHosts {
  const all = new Map<number, TestHost>();
  const links = new Map<number, ClientLink>();
  const known = new Set<number>();
  let server: Hearing | undefined;
  let connections = 0;

  function host(n: number): TestHost {
    const fresh: TestHost = {
      n,
      keys: [key()],
      release: OLD,
      habit: 'upgrades',
      last: null,
      ordered: [],
      cancelled: [],
      trials: 0,
    };
    const found = all.get(n) ?? fresh;
    all.set(n, found);
    return found;
  }

  /** The client writes it down, and says so where somebody hears it. */
  function becomes(one: TestHost, told: Omit<Told, 'upgrade_id'>, id: string): void {
    one.last = { upgrade_id: id, ...told };
    if (links.has(one.n)) server?.inbox.status(idOf(one.n), one.last);
  }

  const then = (call: () => void): void => void clock.after(STEP_MS, call);

  function take(one: TestHost, { upgrade_id: id }: MessageOf<'upgrade'>): void {
    one.ordered.push(id);
    if (one.last?.upgrade_id === id) return becomes(one, one.last, id);
    const { habit } = one;
    if (habit === 'silent') return undefined;
    if (typeof habit === 'object' && habit.ends === 'refused')
      return becomes(one, { state: 'refused', reason: habit.reason, detail: null }, id);
    becomes(one, plain('fetching'), id);
    then(() => {
      if (one.last?.state !== 'fetching') return;
      if (typeof habit === 'object' && habit.ends === 'failed')
        return becomes(one, { state: 'failed', reason: habit.reason, detail: 'a line' }, id);
      becomes(one, plain('waiting'), id);
      then(() => {
        if (one.last?.state === 'waiting') tries(one, id);
      });
    });
    return undefined;
  }

  function tries(one: TestHost, id: string): void {
    const { habit } = one;
    one.trials++;
    becomes(one, plain('trying'), id);
    hosts.disconnect(one.n);
    if (habit === 'vanishes') return;
    // It is on its way, and comes back whenever there is a server.
    known.add(one.n);
    then(() => {
      if (typeof habit === 'object' && habit.ends === 'back')
        one.last = { upgrade_id: id, state: 'back', reason: habit.reason, detail: null };
      else one.release = target();
      if (server) hosts.connect(one.n);
    });
  }

  const hosts: TestHosts = {
    all,
    host,
    connect(n) {
      known.add(n);
      const one = host(n);
      const link: ClientLink = {
        instanceId: `instance ${++connections}`,
        lastFrameAt: 0,
        close: () => {},
        tell(message) {
          if (links.get(n) !== link) return;
          if (message.type === 'upgrade') take(one, message);
          if (message.type === 'cancel_upgrade') {
            one.cancelled.push(message.upgrade_id);
            const isOpen = one.last?.state === 'fetching' || one.last?.state === 'waiting';
            if (isOpen && one.last?.upgrade_id === message.upgrade_id)
              becomes(one, { state: 'failed', reason: 'interrupted', detail: null }, message.upgrade_id);
          }
        },
      };
      links.set(n, link);
      const upgrade = { keys: one.keys, release: one.release };
      server!.fleet.online(
        registrationOf(n, { upgrade, clientVersion: one.release?.version ?? 'source' }),
        link,
      );
      server!.inbox.registered(idOf(n), link, { ...upgrade, last: one.last });
    },
    disconnect(n) {
      const link = links.get(n);
      links.delete(n);
      known.delete(n);
      if (link) server?.fleet.offline(idOf(n), link);
    },
    says: (n, told) => server!.inbox.status(idOf(n), told),
    serverGone() {
      links.clear();
      server = undefined;
    },
    serverIs(next) {
      server = next;
    },
    return() {
      for (const n of known) if (!links.has(n)) hosts.connect(n);
    },
  };
  return hosts;
}
