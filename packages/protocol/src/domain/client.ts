import { s } from '../schema.ts';
import type { Infer } from '../schema.ts';
import { READING_FIELDS } from './sample.ts';

/** Facts of a host that change rarely: sent with `register`, and again as `system_info` when one changed. */
export const HOST_FIELDS = {
  hostname: s.text(255),
  os: s.optional(s.text(128, 'Distribution or product name, e.g. Debian GNU/Linux.')),
  os_version: s.optional(s.text(128)),
  kernel: s.optional(s.text(128)),
  arch: s.optional(s.text(32)),
  cpu_model: s.optional(s.text(256)),
  cpu_cores: s.optional(s.integer({ min: 1, max: 65_536 })),
  ip_addresses: s.optional(s.array(s.text(64), 256)),
} as const;

export const hostFacts = s.object(HOST_FIELDS, { unknown: 'ignore' });
export type HostFacts = Infer<typeof hostFacts>;

/** Facts and the latest readings in one object, as `GET /api/clients` shows a host. */
export const systemInfo = s.object({ ...HOST_FIELDS, ...READING_FIELDS }, { unknown: 'ignore' });
export type SystemInfo = Infer<typeof systemInfo>;

/** Kubernetes label rules: key up to 63 characters with an optional DNS prefix, value up to 63, may be empty. */
export const LABEL_KEY_PATTERN =
  /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
export const LABEL_VALUE_PATTERN = /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;
export const MAX_LABELS = 64;

export const labels = s.record(
  s.string({ min: 1, max: 317, pattern: LABEL_KEY_PATTERN }),
  s.string({ max: 63, pattern: LABEL_VALUE_PATTERN }),
  MAX_LABELS,
);
export type Labels = Infer<typeof labels>;

/** What the host's own policy allows, for display. The host decides again before it runs anything. */
export const hostPolicy = s.object(
  {
    readonly: s.boolean('True: this host refuses every command and app action.'),
    commands: s.array(s.text(64), 256),
    script_dirs: s.array(s.text(256), 64),
    script_extensions: s.array(s.text(16), 16),
    /** What older clients do not tell. */
    custom_commands: s.optional(
      s.described(s.array(s.text(64), 256), "Those of `commands` that the host's own configuration adds."),
    ),
    apps_dir: s.optional(s.text(256, 'Where the applications are on which it carries out actions.')),
    user: s.optional(s.text(64, 'The user that everything runs as.')),
  },
  { unknown: 'ignore' },
);
export type HostPolicy = Infer<typeof hostPolicy>;

/**
 * Presence of a client.
 *
 *   register ──► online ──3 missed heartbeats──► online, late ──heartbeat──► online
 *                   │                                 │
 *                   └────── close or timeout ─────────┴──► offline ──register──► online
 */
export const CLIENT_STATUSES = ['online', 'offline'] as const;
export type ClientStatus = (typeof CLIENT_STATUSES)[number];

/** A client is late after this many heartbeats did not arrive. */
export const MISSED_HEARTBEATS_UNTIL_LATE = 3;
