/** Every command that is not over, by id and by client. Bounded by `MAX_UNFINISHED` at creation. */
import type { LiveCommand } from './live-command.ts';

/** Commands that are not over, of all clients: ten of the largest batches, some 100 MB. One more is `server_busy`. */
export const MAX_UNFINISHED = 100_000;

interface OfClient {
  readonly commands: Set<LiveCommand>;
  /** Of them, those that are with the client. */
  carried: number;
}

export interface LiveIndex {
  readonly size: number;
  get(id: string): LiveCommand | undefined;
  all(): Iterable<LiveCommand>;
  /** In the order of their making. */
  of(clientId: string): Iterable<LiveCommand>;
  /** How many of a client's are with it. */
  carriedBy(clientId: string): number;
  add(live: LiveCommand): void;
  remove(live: LiveCommand): void;
  /** From now on it may have been carried. */
  carry(live: LiveCommand): void;
}

export function createLiveIndex(): LiveIndex {
  const byId = new Map<string, LiveCommand>();
  const byClient = new Map<string, OfClient>();
  const none: ReadonlySet<LiveCommand> = new Set();

  return {
    get size() {
      return byId.size;
    },
    get: (id) => byId.get(id),
    all: () => byId.values(),
    of: (clientId) => byClient.get(clientId)?.commands ?? none,
    carriedBy: (clientId) => byClient.get(clientId)?.carried ?? 0,
    add(live) {
      const { id, client_id: clientId } = live.summary;
      byId.set(id, live);
      const of = byClient.get(clientId) ?? { commands: new Set(), carried: 0 };
      byClient.set(clientId, of);
      of.commands.add(live);
      if (live.carried) of.carried++;
    },
    remove(live) {
      const { id, client_id: clientId } = live.summary;
      byId.delete(id);
      const of = byClient.get(clientId);
      if (!of?.commands.delete(live)) return;
      if (live.carried) of.carried--;
      if (of.commands.size === 0) byClient.delete(clientId);
    },
    carry(live) {
      if (live.carried) return;
      live.carried = true;
      const of = byClient.get(live.summary.client_id);
      if (of?.commands.has(live)) of.carried++;
    },
  };
}
