/**
 * What may be done with an application, from the order to a prepared start: the host's own judgement, one action at a
 * time for each application, and the script opened by descriptor so that what was judged is what runs.
 *
 *   prepare ─ read-only, unknown, unsafe, no script, busy, another program's number ─► Refused
 *      └────► Prepared, the application is taken ──run─► perform.ts ──► free again
 *                              └──release────────────────────────────► free again
 */
import { join } from 'node:path';

import type { SERVICE_ACTIONS } from '@ops/protocol/domain/app.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import type {
  Prepared,
  Refused,
  RunOptions,
  Running,
  ScriptExecutor,
  SpawnedProcess,
} from '../executor/executor.ts';
import { scriptOf } from './app-files.ts';
import type { AppNow, Apps } from './apps.ts';
import { perform } from './perform.ts';
import { createProcessLooks } from './pid.ts';
import type { ProcessLooks } from './pid.ts';

export type AppAction =
  | { readonly appName: string; readonly verb: (typeof SERVICE_ACTIONS)[number] }
  | { readonly appName: string; readonly verb: 'update'; readonly version: string };

/** What a script is asked. */
export type Verb = 'start' | 'stop' | 'update';

const VERBS: Readonly<Record<AppAction['verb'], readonly Verb[]>> = {
  Start: ['start'],
  Stop: ['stop'],
  Restart: ['stop', 'start'],
  Status: [],
  update: ['update'],
};

/** As it is journalled. No command begins so: brackets are no characters of commands. */
export function actionText(action: AppAction): string {
  return `[${action.appName}] ${action.verb}${action.verb === 'update' ? ` ${action.version}` : ''}`;
}

/** The application of a journalled action, undefined for a command. */
export function appOfText(text: string): string | undefined {
  return /^\[([A-Za-z0-9._-]+)\] /.exec(text)?.[1];
}

export interface AppActionsNeeds {
  readonly baseDir: string;
  readonly readonly: boolean;
  readonly apps: Pick<Apps, 'look'>;
  readonly executor: ScriptExecutor;
  readonly clock: Clock;
  readonly looks?: ProcessLooks;
}

export interface AppActions {
  /** Nothing is started; until it is run or released no other action on this application is taken. */
  prepare(action: AppAction): Promise<Prepared | Refused>;
  run(prepared: Prepared, options: RunOptions): Running;
  /**
   * After a crash: ends the script of an interrupted action, never the service.
   * @returns how many processes were ended
   */
  sweep(appName: string, commandId: string, process: SpawnedProcess | undefined): Promise<number>;
}

export function createAppActions(needs: AppActionsNeeds): AppActions {
  const { baseDir, readonly, apps, executor, clock, looks = createProcessLooks(clock) } = needs;
  const prepared = new WeakMap<Prepared, { action: AppAction; scripts: Partial<Record<Verb, Prepared>> }>();
  /** Applications with an action under way. */
  const taken = new Set<string>();

  function refusal({ appName, verb }: AppAction, now: AppNow | undefined): string | undefined {
    if (readonly) return 'readonly: this host refuses every action on applications';
    if (!now) return `app_not_found: there is no application ${appName} in ${baseDir}`;
    if (taken.has(appName)) return `busy: another action on ${appName} is under way`;
    if (verb === 'Status') return undefined;
    if (now.unsafe !== undefined) return `unsafe: ${now.unsafe}`;
    if (!now.facts.hasScript) return `no_script: ${join(baseDir, appName, scriptOf(appName))} does not exist`;
    const isForeign = now.info.notes?.includes('foreign_pid') ?? false;
    if (isForeign && verb !== 'Start' && verb !== 'update') {
      return `foreign_pid: ${now.info.status_reason}. The script would end it: remove the pid file if it is stale`;
    }
    return undefined;
  }

  /** The process its pid file names, whatever may be thought of it. */
  function services(appName: string): readonly number[] {
    const pidFile = apps.look(appName)?.facts.pidFile;
    return pidFile?.kind === 'pid' ? [pidFile.pid] : [];
  }

  async function openScripts(action: AppAction): Promise<Partial<Record<Verb, Prepared>> | Refused> {
    const { appName, verb: wanted } = action;
    const directory = join(baseDir, appName);
    const path = join(directory, scriptOf(appName));
    const scripts: Partial<Record<Verb, Prepared>> = {};
    for (const verb of VERBS[wanted]) {
      const args = action.verb === 'update' ? [verb, action.version] : [verb];
      const script = { appName, path, args, directory, services: () => services(appName) };
      const made = await executor.prepareScript(script);
      if ('error' in made) {
        await releaseAll(scripts);
        return made;
      }
      scripts[verb] = made;
    }
    return scripts;
  }

  return {
    async prepare(action) {
      const { appName } = action;
      const why = refusal(action, apps.look(appName));
      if (why !== undefined) return { error: `rejected: ${why}`.slice(0, 1024) };
      taken.add(appName);
      const scripts = await openScripts(action).catch((cause: unknown) => {
        taken.delete(appName);
        throw cause;
      });
      if ('error' in scripts) {
        taken.delete(appName);
        return scripts;
      }
      let isReleased = false;
      const made: Prepared = {
        normalised: actionText(action),
        maxMs: undefined,
        async release() {
          if (!isReleased) taken.delete(appName);
          isReleased = true;
          await releaseAll(scripts);
        },
      };
      prepared.set(made, { action, scripts });
      return made;
    },
    run(made, options) {
      const what = prepared.get(made);
      if (!what) throw new Error('only what was prepared here, and once, is run');
      prepared.delete(made);
      const running = perform({ ...what, executor, apps, looks, clock }, options);
      return { ...running, outcome: freed(running.outcome, made) };
    },
    sweep: (appName, commandId, process) => executor.endScript(commandId, process, () => services(appName)),
  };
}

async function freed<T>(outcome: Promise<T>, made: Prepared): Promise<T> {
  try {
    return await outcome;
  } finally {
    await made.release();
  }
}

async function releaseAll(scripts: Readonly<Partial<Record<Verb, Prepared>>>): Promise<void> {
  for (const script of Object.values(scripts)) await script.release();
}
