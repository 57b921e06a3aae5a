/**
 * What of the events somebody listens to, where nobody would keep it otherwise: the output of a command, the commands of
 * a batch. While a scope is open its events go into the ring. It stays open for a while after its last listener, so
 * that one who comes back misses nothing; one who comes later is told to begin anew.
 */
import type { Clock, Timer } from '@ops/runtime/clock.ts';

/** A browser that reloads, or whose network blinked, is back within this. */
export const SCOPE_KEPT_MS = 60_000;
/** Scopes kept without a listener; the one left longest ago is forgotten. */
export const MAX_KEPT_SCOPES = 1000;

type ScopeKind = 'output' | 'command' | 'batch';
export type ScopeName = `${ScopeKind}:${string}`;

export interface Scopes {
  /** Asked at every change of every command. */
  has(kind: ScopeKind, id: string): boolean;
  /** @returns the number of the event after which the ring holds everything of the scope */
  enter(name: ScopeName): number;
  leave(name: ScopeName): void;
  close(): void;
}

interface Scope {
  listeners: number;
  readonly since: number;
  /** Runs out while nobody listens. */
  timer: Timer | undefined;
}

export function createScopes(needs: {
  readonly clock: Clock;
  /** Number of the newest event. */
  readonly newest: () => number;
  /** The scope is forgotten. */
  readonly onEnd: (name: ScopeName) => void;
}): Scopes {
  const { clock, newest, onEnd } = needs;
  const scopes = new Map<ScopeName, Scope>();
  /** Those without a listener, the one left longest ago first. */
  const left = new Set<ScopeName>();

  function end(name: ScopeName): void {
    scopes.get(name)?.timer?.cancel();
    scopes.delete(name);
    left.delete(name);
    onEnd(name);
  }

  return {
    // Mostly nobody listens: then no name is made.
    has: (kind, id) => scopes.size > 0 && scopes.has(`${kind}:${id}`),

    enter(name) {
      const scope = scopes.get(name) ?? { listeners: 0, since: newest(), timer: undefined };
      scopes.set(name, scope);
      left.delete(name);
      scope.timer?.cancel();
      scope.timer = undefined;
      scope.listeners++;
      return scope.since;
    },

    leave(name) {
      const scope = scopes.get(name);
      if (!scope || --scope.listeners > 0) return;
      scope.timer = clock.after(SCOPE_KEPT_MS, () => end(name));
      left.add(name);
      if (left.size <= MAX_KEPT_SCOPES) return;
      for (const oldest of left) return end(oldest);
    },

    close() {
      for (const name of scopes.keys()) end(name);
    },
  };
}
