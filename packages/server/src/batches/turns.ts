/**
 * Whose turn it is next among the held commands of a batch. A command that is kept for a host that is offline lets the
 * others pass, and is next in line when its host comes.
 *
 *   line ──take──► (released)
 *    │  ▲
 *    ▼  │ its host comes
 *   waiting ──takeWaiting──► (released: it has waited long enough)
 */
import type { Member } from './members.ts';

export interface Turns {
  /** At most `room` commands that may be released now. */
  take(room: number): readonly string[];
  /** All that wait for their host. */
  takeWaiting(): readonly string[];
  /** They could not be released: they are next. */
  giveBack(commandIds: readonly string[]): void;
  /** @returns whether a command waited for this client */
  online(clientId: string): boolean;
}

/** @param isKept commands wait for hosts that are offline; else their turn comes all the same, and they fail */
export function createTurns(
  list: readonly Member[],
  isOnline: (clientId: string) => boolean,
  isKept: boolean,
): Turns {
  const waiting = new Map<string, Member>();
  /** Given back, or their host came: before the line. */
  let first: Member[] = [];
  let next = 0;

  function nextMember(): Member | undefined {
    const early = first.shift();
    if (early) return early;
    while (next < list.length) {
      const member = list[next++]!;
      if (member.status === 'held') return member;
    }
    return undefined;
  }

  return {
    take(room) {
      const ids: string[] = [];
      while (ids.length < room) {
        const member = nextMember();
        if (!member) break;
        if (member.status !== 'held') continue;
        if (isKept && !isOnline(member.clientId)) waiting.set(member.clientId, member);
        else ids.push(member.commandId);
      }
      return ids;
    },
    takeWaiting() {
      const ids = waiting
        .values()
        .map(({ commandId }) => commandId)
        .toArray();
      waiting.clear();
      return ids;
    },
    giveBack(commandIds) {
      const ids = new Set(commandIds);
      first = [...list.filter(({ commandId }) => ids.has(commandId)), ...first];
    },
    online(clientId) {
      const member = waiting.get(clientId);
      if (!member) return false;
      waiting.delete(clientId);
      first.push(member);
      return true;
    },
  };
}
