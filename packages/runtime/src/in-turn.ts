/** Work that is done one after the other. */

/** Does it when all before it is done, however that ended. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export function createInTurn(): InTurn {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = tail.then(work);
    tail = done.catch(() => {});
    return done;
  };
}

export interface Steps {
  /** There may be something to do: a step is taken. Woken many times before it begins, it is still one. */
  readonly wake: () => void;
  /** Between two steps. */
  readonly inTurn: InTurn;
  readonly isClosed: boolean;
  /** Takes no more steps. Resolves when the one under way is done. */
  close(): Promise<void>;
}

/** @param step does not throw */
export function createSteps(step: () => Promise<void>): Steps {
  const inTurn = createInTurn();
  let isWoken = false;
  let isClosed = false;
  return {
    inTurn,
    get isClosed() {
      return isClosed;
    },
    wake() {
      if (isWoken || isClosed) return;
      isWoken = true;
      void inTurn(async () => {
        isWoken = false;
        if (!isClosed) await step();
      });
    },
    close() {
      isClosed = true;
      return inTurn(async () => {});
    },
  };
}
