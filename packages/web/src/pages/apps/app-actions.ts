/** What may be done with an application, and why not. Pure. */
import { SERVICE_ACTIONS } from '@ops/protocol/domain/app.ts';
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';

import type { AppText } from '../../text/use-app-text.ts';
import {
  IconListDetails,
  IconPackageImport,
  IconPlayerPlay,
  IconPlayerStop,
  IconRepeat,
} from '../../ui/icons.ts';

export type Action = (typeof SERVICE_ACTIONS)[number] | 'Update';
export const ACTIONS: readonly Action[] = [...SERVICE_ACTIONS, 'Update'];

export const ACTION_ICONS = {
  Start: IconPlayerPlay,
  Stop: IconPlayerStop,
  Restart: IconRepeat,
  Status: IconListDetails,
  Update: IconPackageImport,
} as const;

/** One application on one host. */
export interface Subject {
  readonly host: ClientApps;
  readonly app: AppInfo;
}

export function actionName(action: Action, text: AppText): string {
  return {
    Start: text.actionStart,
    Stop: text.actionStop,
    Restart: text.actionRestart,
    Status: text.actionStatus,
    Update: text.actionUpdate,
  }[action];
}

/** Which action a command is; the server writes `Restart shop` and `Update shop to v1.2`. */
function actionOf({ kind, command }: Pick<CommandSummary, 'kind' | 'command'>): Action {
  return kind === 'update' ? 'Update' : (ACTIONS.find((each) => command.startsWith(`${each} `)) ?? 'Status');
}

/** What is being done, in a few words. */
export function runningWords(command: CommandSummary, text: AppText): string {
  const name = actionName(actionOf(command), text);
  return command.state === 'Pending' && command.sent_at_ms === null
    ? text.actionWaits(name)
    : text.actionRuns(name);
}

/** Why nothing can be done here; undefined when something can. */
export function obstacle(
  { host, app }: Subject,
  running: CommandSummary | undefined,
  hindrance: string | undefined,
  text: AppText,
): string | undefined {
  if (hindrance !== undefined) return hindrance;
  if (host.readonly) return text.readonlyCannotAct;
  if (host.status === 'offline') return text.offlineCannotAct;
  if (app.notes?.includes('unsafe')) return text.unsafeCannotAct;
  return running && text.busyCannotAct(runningWords(running, text), running.created_by);
}

/** Without a script there is nothing to run: only to look. */
export function isPossible(action: Action, app: AppInfo): boolean {
  return app.has_script || action === 'Status';
}
