/** A value that React and others can watch: the smallest store `useSyncExternalStore` accepts. */
export interface Signal<T> {
  readonly get: () => T;
  readonly set: (next: T) => void;
  /** Calls after each change. Returns how to stop. */
  readonly subscribe: (call: () => void) => () => void;
}

export function createSignal<T>(initial: T): Signal<T> {
  let value = initial;
  const watchers = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const call of watchers) call();
    },
    subscribe(call) {
      watchers.add(call);
      return () => watchers.delete(call);
    },
  };
}
