/**
 * Whatever is started says here how it is released. Release runs in reverse order, once, and goes on past a part that
 * fails; what failed is thrown at the end.
 */
export interface Lifecycle {
  /** Remembers how to release what was just started. When release has begun meanwhile, it is released at once. */
  onRelease(name: string, release: () => void | Promise<void>): void;
  /** Releases everything. A second call waits for the first. @throws AggregateError of what failed */
  release(): Promise<void>;
}

export function createLifecycle(): Lifecycle {
  const parts: { name: string; release: () => void | Promise<void> }[] = [];
  let released: Promise<void> | undefined;

  async function releaseAll(): Promise<void> {
    const failures: Error[] = [];
    for (let part = parts.pop(); part; part = parts.pop()) {
      try {
        await part.release();
      } catch (cause) {
        failures.push(new Error(`could not release ${part.name}`, { cause }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map((f) => f.message).join('; '));
  }

  return {
    onRelease(name, release) {
      parts.push({ name, release });
      // Started while stopping: whoever waits for the end waits for this as well.
      if (released) {
        const before = released;
        released = Promise.allSettled([before]).then(async () => {
          await releaseAll();
          await before;
        });
        // Told to whoever calls release; nobody may.
        released.catch(() => undefined);
      }
    },
    release() {
      released ??= releaseAll();
      return released;
    },
  };
}
