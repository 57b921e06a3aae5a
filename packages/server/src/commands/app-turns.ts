/**
 * One action at a time on an application of a client. What is being made takes a turn, so that nothing comes between
 * the look at what is not over and the row that says so; whoever comes meanwhile waits for that moment and looks anew:
 * the same request, sent twice at once, is told what the first one made.
 */
import { OpsError } from '@ops/protocol/errors.ts';

import type { CreateRequest } from './commands.ts';
import type { LiveIndex } from './live-index.ts';

export interface AppTurns {
  /**
   * Runs `make` when no other action on any of the apps is being made; at once for a command.
   * @param make must call `mayAct` right before it makes anything; that throws OpsError `operation_in_progress`
   */
  take<T>(
    request: Pick<CreateRequest, 'work' | 'targets'>,
    make: (mayAct: () => void) => Promise<T>,
  ): Promise<T>;
}

export function createAppTurns(index: Pick<LiveIndex, 'of'>): AppTurns {
  /** Being made, by client and app. */
  const making = new Map<string, Promise<void>>();

  function mayAct(appName: string, clientIds: readonly string[]): void {
    for (const clientId of clientIds) {
      for (const { work } of index.of(clientId)) {
        if (work.kind === 'command' || work.appName !== appName) continue;
        throw new OpsError('operation_in_progress', { reason: `${work.kind} of ${appName} is not over` });
      }
    }
  }

  return {
    async take({ work, targets }, make) {
      if (work.kind === 'command') return make(() => {});
      const { appName } = work;
      const clientIds = targets.filter(({ failed }) => failed === undefined).map(({ clientId }) => clientId);
      const names = clientIds.map((clientId) => `${clientId} ${appName}`);
      for (;;) {
        const before = names.map((name) => making.get(name)).find((turn) => turn !== undefined);
        if (!before) break;
        await before;
      }
      const turn = Promise.withResolvers<void>();
      for (const name of names) making.set(name, turn.promise);
      try {
        return await make(() => mayAct(appName, clientIds));
      } finally {
        for (const name of names) making.delete(name);
        turn.resolve();
      }
    },
  };
}
