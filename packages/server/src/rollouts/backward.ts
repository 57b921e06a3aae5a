/** A rollout that is rolled back: what runs is awaited, then the hosts that were changed go back, the last wave first. */
import type { Commands } from '../commands/commands.ts';
import { movingHosts, room, type Hand } from './hand.ts';
import { ended } from './moves.ts';
import type { Host } from './record.ts';
import { goingBack, wayBack, type WayBack } from './way-back.ts';

/** @returns one step; `hand.wake` when there is another one */
export function createBackward(hand: Hand, commands: Pick<Commands, 'summary'>): () => Promise<void> {
  const { record, fleet, clock, save, beginAll, wake } = hand;
  const { facts, hosts } = record;

  async function wayOf(host: Host): Promise<WayBack> {
    const { appName, change } = facts;
    const shown = fleet.appsOf(host.clientId)?.apps.find(({ name }) => name === appName)?.version;
    const update = await commands.summary(host.steps[0]!.commandId);
    return wayBack(host, change.kind === 'version' ? change.version : '', shown, update);
  }

  return async () => {
    if (hosts.some(({ state }) => state === 'changing')) return;
    const turn = goingBack(hosts);
    if (turn.length === 0) {
      if (movingHosts(record) === 0) await save(ended(record, clock.wall()));
      return;
    }
    const done: Host[] = [];
    const ready = new Map<Host, string>();
    for (const host of turn.slice(0, room(record))) {
      const way = await wayOf(host);
      if (way.kind === 'go') ready.set(host, way.version);
      else {
        const state = way.kind === 'there' ? 'rolled_back' : 'rollback_failed';
        done.push({ ...host, state, reason: null, detail: way.detail });
      }
    }
    const failures = await beginAll([...ready.keys()], ready);
    const changed = [...done, ...failures];
    if (changed.length === 0) return;
    await save({ progress: record.progress, hosts: changed });
    wake();
  };
}
