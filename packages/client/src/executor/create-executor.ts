import type { Policy } from '@ops/policy/policy.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Exec } from '@ops/runtime/exec.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { Executor, Prepared, Refused, ScriptExecutor } from './executor.ts';
import { prepare, prepareScript } from './prepare.ts';
import type { PreparedStart } from './prepare.ts';
import { createProcessTable } from './process-table.ts';
import type { ProcessTable } from './process-table.ts';
import { createPrograms } from './programs.ts';
import type { Programs } from './programs.ts';
import { run } from './run.ts';
import { endTree } from './stop.ts';

export interface ExecutorNeeds {
  /** This host's own. */
  readonly policy: Policy;
  /** Refuses everything. */
  readonly readonly: boolean;
  readonly exec: Exec;
  readonly clock: Clock;
  readonly log: Log;
  readonly table?: ProcessTable;
  readonly programs?: Programs;
}

export function createExecutor(needs: ExecutorNeeds): Executor & ScriptExecutor {
  const { policy, readonly, exec, clock, log } = needs;
  const { table = createProcessTable(), programs = createPrograms() } = needs;
  /** What was prepared here and not yet run. */
  const prepared = new WeakMap<object, PreparedStart>();
  function keep(made: PreparedStart | Refused): Prepared | Refused {
    if (!('error' in made)) prepared.set(made, made);
    return made;
  }
  return {
    prepare: async (command) => keep(await prepare(command, { policy, readonly, programs, clock })),
    prepareScript: async (script) => keep(await prepareScript(script, { programs })),
    run(what, options) {
      const start = prepared.get(what);
      if (!start) throw new Error('only what was prepared here, and once, is run');
      prepared.delete(what);
      return run(start, options, { exec, table, clock, log });
    },
    sweep(commandId, process) {
      const tree = { commandId, leader: process, isOurs: () => false };
      return endTree(tree, { exec, table, clock, log });
    },
    endScript(commandId, process, services) {
      const tree = { commandId, leader: process, isOurs: () => false, services };
      return endTree(tree, { exec, table, clock, log });
    },
  };
}
