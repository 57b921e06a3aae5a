/** Words for what the protocol names. */
import type { AppNote, SERVICE_STATUSES } from '@ops/protocol/domain/app.ts';

import type { AppText } from '../../text/use-app-text.ts';
import type { Dictionary } from '../../text/zh.ts';

export function serviceName(status: (typeof SERVICE_STATUSES)[number], text: Dictionary): string {
  return { Running: text.appRunning, Stopped: text.appStopped, Unknown: text.appUnknown }[status];
}

export function noteWords(note: AppNote, text: AppText): string {
  return {
    foreign_pid: text.noteForeignPid,
    stale_pid: text.noteStalePid,
    zombie: text.noteZombie,
    not_restarted: text.noteNotRestarted,
    unsafe: text.noteUnsafe,
    unreadable: text.noteUnreadable,
  }[note];
}
