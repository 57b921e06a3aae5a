import { s } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** An application found below a client's `apps_base_dir`. */
export const APP_NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const APP_VERSION_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/;
export const MAX_APPS = 1000;

export const SERVICE_STATUSES = ['Running', 'Stopped', 'Unknown'] as const;
export const SERVICE_ACTIONS = ['Start', 'Stop', 'Restart', 'Status'] as const;

export const appInfo = s.object(
  {
    name: s.string({ min: 1, max: 64, pattern: APP_NAME_PATTERN }),
    version: s.optional(s.text(128)),
    deploy_time: s.optional(s.text(19, "`YYYY-MM-DD HH:MM:SS` in the client's local time.")),
    branch: s.optional(s.text(128)),
    commit: s.optional(s.text(128)),
    service_status: s.oneOf(SERVICE_STATUSES),
    pid: s.optional(s.integer({ min: 2, max: 4_194_304 })),
    has_script: s.boolean(),
  },
  { unknown: 'ignore' },
);
export type AppInfo = Infer<typeof appInfo>;
