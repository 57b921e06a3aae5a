import { s } from '../schema.ts';
import type { Infer } from '../schema.ts';
import { epochMs } from './id.ts';

/** An application found below a client's `apps_base_dir`. */
export const APP_NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const APP_VERSION_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/;
export const MAX_APPS = 1000;

export const SERVICE_STATUSES = ['Running', 'Stopped', 'Unknown'] as const;
export const SERVICE_ACTIONS = ['Start', 'Stop', 'Restart', 'Status'] as const;

/** What is wrong with an application, or worth knowing. `status_reason` says it in a sentence. */
export const APP_NOTES = [
  /** The pid file names a process that cannot be the application's: it is too old or too young. */
  'foreign_pid',
  /** The pid file names a process that does not exist. */
  'stale_pid',
  /** The process has ended and its parent has not noticed. */
  'zombie',
  /** The process is older than VERSION: updated, not restarted. */
  'not_restarted',
  /** Others could change it: shown, never acted on. */
  'unsafe',
  /** Something of it could not be read. */
  'unreadable',
] as const;
export type AppNote = (typeof APP_NOTES)[number];

export const MIN_APP_PID = 2;
/** Largest process number of Linux, on any machine. */
export const MAX_APP_PID = 4_194_304;
/** Longest text of a metadata file, in characters. */
export const MAX_APP_TEXT = 128;

export const appInfo = s.object(
  {
    name: s.string({ min: 1, max: 64, pattern: APP_NAME_PATTERN }),
    version: s.optional(s.text(MAX_APP_TEXT)),
    deploy_time: s.optional(s.text(19, "`YYYY-MM-DD HH:MM:SS` in the client's local time.")),
    branch: s.optional(s.text(MAX_APP_TEXT)),
    commit: s.optional(s.text(MAX_APP_TEXT)),
    service_status: s.oneOf(SERVICE_STATUSES),
    status_reason: s.optional(
      s.text(512, 'English sentence: why the status is what it is, or what is wrong.'),
    ),
    notes: s.optional(s.array(s.oneOf(APP_NOTES), APP_NOTES.length)),
    pid: s.optional(s.integer({ min: MIN_APP_PID, max: MAX_APP_PID })),
    /** When its process started, by the client's clock. */
    started_at_ms: s.optional(epochMs),
    has_script: s.boolean(),
    actions: s.optional(s.boolean('True: the host carries out actions on it.')),
  },
  { unknown: 'ignore' },
);
export type AppInfo = Infer<typeof appInfo>;

const FAILING_NOTES: ReadonlySet<AppNote> = new Set(['stale_pid', 'foreign_pid', 'zombie']);

/** It does not run although its pid file says it should: nobody stopped it. */
export function isFailing({ service_status: status, notes = [] }: AppInfo): boolean {
  return status !== 'Running' && notes.some((note) => FAILING_NOTES.has(note));
}
