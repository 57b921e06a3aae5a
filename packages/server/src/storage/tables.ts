/**
 * Every table, as Kysely sees it. Times are wall-clock milliseconds (`…_ms`), truth values 0 or 1, JSON is text.
 * Rows stay inside the stores.
 */
import type { ColumnType, Generated } from 'kysely';

import type { UpgradeHostsTable, UpgradesTable } from './upgrade-tables.ts';

type Flag = 0 | 1;
/** Set on insert, never changed. */
type Fixed<T> = ColumnType<T, T, never>;

interface MetaTable {
  key: string;
  value: string;
}

interface UsersTable {
  id: Fixed<string>;
  username: string;
  role: 'viewer' | 'operator' | 'admin';
  /** PHC string: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
  password_hash: string;
  /** 1 while the built-in default password is in use. */
  password_is_default: Flag;
  disabled: Flag;
  created_at_ms: Fixed<number>;
  updated_at_ms: number;
}

interface SessionsTable {
  /** SHA-256 of the session id, hex. The id itself is nowhere on the server. */
  id_hash: Fixed<string>;
  user_id: Fixed<string>;
  created_at_ms: Fixed<number>;
  /** The user's last activity. */
  last_activity_ms: number;
  /** 1: signed in with the default password from elsewhere; may only change it. */
  restricted: Flag;
  address: Fixed<string>;
}

interface AuditTable {
  seq: Generated<number>;
  at_ms: number;
  /** User name, `token`, `client:<id>`, `address` or `system`. */
  actor: string;
  role: string;
  address: string;
  action: string;
  target: string;
  /** Canonical JSON. */
  detail: string;
  outcome: 'ok' | 'refused' | 'failed';
  prev: string;
  hash: string;
}

interface AuditAnchorsTable {
  seq: number;
  hash: string;
  hmac: string;
  at_ms: number;
}

interface ClientsTable {
  id: Fixed<string>;
  first_seen_ms: Fixed<number>;
  last_seen_ms: number;
  connected_at_ms: number | null;
  disconnected_at_ms: number | null;
  client_version: string;
  /** JSON of HostFacts. */
  facts: string;
  /** JSON of Sample, the last one before the client went offline. */
  last_sample: string | null;
  /** JSON of AppInfo[]. */
  apps: string;
  /** JSON of Labels. */
  labels: string;
  /** JSON of HostPolicy. */
  policy: string;
  /** JSON of UpgradeStanding; null: the client told none. */
  upgrade: string | null;
  remote_address: string;
  encrypted: Flag;
  authenticated: Flag;
  credential: 'own_key' | 'shared_secret' | 'none';
  clock_offset_ms: number | null;
  /** When another process came with the same id and was refused. */
  conflict_at_ms: number | null;
}

/** Ids of forgotten clients: never used again. */
interface ClientTombstonesTable {
  id: string;
  forgotten_at_ms: number;
  forgotten_by: string;
}

/** One command each; `number` is their order, given by the server. Everything about a command but its output. */
interface CommandsTable {
  number: Fixed<number>;
  id: Fixed<string>;
  batch_id: Fixed<string | null>;
  /** Place in the batch, from 0. */
  position: Fixed<number>;
  client_id: Fixed<string>;
  hostname: Fixed<string>;
  kind: Fixed<'command' | 'service' | 'update'>;
  /** As it was typed; for actions on applications a sentence like it. */
  command: Fixed<string>;
  ran: Fixed<string | null>;
  /** JSON: app_name with action or version. */
  detail: Fixed<string | null>;
  timeout_secs: Fixed<number>;
  /** How long it is kept for a client that is offline; null: it is not. */
  queue_secs: Fixed<number | null>;
  created_at_ms: Fixed<number>;
  created_by: Fixed<string>;
  /** 1: waits for its batch to release it. */
  held: Flag;
  /** Not started after this. */
  expires_at_ms: number;
  /** Counts up for each client; null until it was handed to a connection. */
  seq: number | null;
  /** Of the journal it was sent to. */
  journal_epoch: string | null;
  sent_at_ms: number | null;
  /** The client said that it had journalled it. */
  acknowledged: Flag;
  state: 'Pending' | 'Executing' | 'Completed' | 'Timeout' | 'Failed' | 'Cancelled';
  executed_at_ms: number | null;
  finished_at_ms: number | null;
  duration_ms: number | null;
  exit_code: number | null;
  signal: string | null;
  error: string | null;
  stdout_bytes: number;
  stderr_bytes: number;
  /** Of output received and stored, over both streams. */
  chunks: number;
  /** Bytes of each stream that are stored. */
  stdout_kept: number;
  stderr_kept: number;
  truncated: Flag;
  late: Flag;
  cancel_requested_at_ms: number | null;
  /** Equal for commands that ended alike: state, exit code, error word, bytes of both streams. */
  group_key: string | null;
}

/** The kept output, in pieces of several chunks. Primary key (command_id, stream, start). */
interface CommandOutputTable {
  command_id: string;
  /** 0: stdout, 1: stderr. */
  stream: 0 | 1;
  /** Bytes of the kept stream before it. */
  start: number;
  data: Uint8Array;
}

/** How far the numbering of each client has come. */
interface CommandSequencesTable {
  client_id: string;
  last_seq: number;
  /** Of the journal the client registered with last. */
  journal_epoch: string | null;
  /** Highest that the client said to have in that journal when it registered, or when it was sent something. */
  acknowledged_seq: number;
  /** When its journal was last found to be another one, or older than it had been. */
  journal_lost_at_ms: number | null;
}

interface BatchesTable {
  number: Generated<number>;
  id: Fixed<string>;
  command: Fixed<string>;
  ran: Fixed<string | null>;
  /** JSON: how the targets were named. */
  selection: Fixed<string>;
  targets: Fixed<number>;
  concurrency: Fixed<number>;
  stop_after_failures: Fixed<number | null>;
  timeout_secs: Fixed<number>;
  queue_secs: Fixed<number | null>;
  created_at_ms: Fixed<number>;
  created_by: Fixed<string>;
  rerun_of: Fixed<string | null>;
  state: 'running' | 'stopping' | 'finished';
  stopped: 'user' | 'failures' | null;
  stopped_by: string | null;
  finished_at_ms: number | null;
}

/** Answers that a repeated request gets again. Primary key (actor, key). */
interface IdempotencyKeysTable {
  actor: string;
  key: string;
  body_sha256: string;
  /** JSON: command ids and batch id. */
  answer: string;
  created_at_ms: number;
}

/** Versions applications have had; `number` is their order over all hosts. */
interface ReleasesTable {
  number: Generated<number>;
  client_id: Fixed<string>;
  hostname: Fixed<string>;
  app_name: Fixed<string>;
  kind: Fixed<'found' | 'update' | 'rollback'>;
  version: Fixed<string>;
  version_before: Fixed<string | null>;
  branch: string | null;
  commit: string | null;
  outcome: 'running' | 'succeeded' | 'failed';
  created_by: Fixed<string | null>;
  started_at_ms: Fixed<number>;
  finished_at_ms: number | null;
  command_id: Fixed<string | null>;
  rollout_id: Fixed<string | null>;
}

interface RolloutsTable {
  number: Generated<number>;
  id: Fixed<string>;
  app_name: Fixed<string>;
  action: Fixed<'Start' | 'Stop' | 'Restart' | null>;
  version: Fixed<string | null>;
  restart: Fixed<Flag>;
  max_failures: Fixed<number>;
  /** JSON of RolloutGate. */
  gate: Fixed<string>;
  on_failure: Fixed<'hold' | 'rollback'>;
  concurrency: Fixed<number>;
  timeout_secs: Fixed<number>;
  created_at_ms: Fixed<number>;
  created_by: Fixed<string>;
  state:
    | 'running'
    | 'paused'
    | 'held'
    | 'stopping'
    | 'rolling_back'
    | 'succeeded'
    | 'stopped'
    | 'rolled_back'
    | 'rollback_failed';
  changed_by: string | null;
  finished_at_ms: number | null;
  /** Index of the wave under way. */
  wave: number;
  /** JSON of WaveReport[]; while it is not over, the counts in it are those of the last write. */
  waves: string;
  skipped: Fixed<number>;
  /** Since it was resumed last. */
  failures: number;
  /** 0: forwards; n: the n-th time that it is rolled back. */
  attempt: number;
  revision: number;
}

/** Primary key (rollout_id, position). */
interface RolloutHostsTable {
  rollout_id: Fixed<string>;
  position: Fixed<number>;
  client_id: Fixed<string>;
  hostname: Fixed<string>;
  /** Null: skipped. */
  wave: Fixed<number | null>;
  /** 1: the gate looks at the status of the app. */
  held_to_status: Fixed<Flag>;
  version_before: Fixed<string | null>;
  state:
    | 'waiting'
    | 'changing'
    | 'changed'
    | 'healthy'
    | 'failed'
    | 'skipped'
    | 'left'
    | 'rolling_back'
    | 'rolled_back'
    | 'rollback_failed';
  reason: string | null;
  detail: string | null;
}

/** Which command is which step of a host: what makes a second one impossible. Primary key (rollout_id, position, attempt, step). */
interface RolloutStepsTable {
  rollout_id: string;
  position: number;
  attempt: number;
  step: number;
  command_id: string;
}

/** The main database: synchronous=FULL. */
/** Tokens that let hosts in. Their secrets are derived, not stored. */
interface EnrolmentTokensTable {
  id: Fixed<string>;
  note: Fixed<string>;
  max_uses: Fixed<number>;
  uses: number;
  client_id: Fixed<string | null>;
  created_at_ms: Fixed<number>;
  created_by: Fixed<string>;
  expires_at_ms: Fixed<number>;
  revoked_at_ms: number | null;
}

/** What the keys of clients are derived from, beside the key file. */
interface ClientKeysTable {
  client_id: Fixed<string>;
  generation: number;
  salt: string;
  /** Of the key file it was derived from. */
  key_print: string;
  token_id: string;
  issued_at_ms: number;
  confirmed_at_ms: number | null;
  revoked_at_ms: number | null;
  before_generation: number | null;
  before_salt: string | null;
  had_shared: Flag;
}

export interface Tables {
  meta: MetaTable;
  users: UsersTable;
  sessions: SessionsTable;
  audit: AuditTable;
  audit_anchors: AuditAnchorsTable;
  clients: ClientsTable;
  client_tombstones: ClientTombstonesTable;
  commands: CommandsTable;
  command_output: CommandOutputTable;
  command_sequences: CommandSequencesTable;
  batches: BatchesTable;
  idempotency_keys: IdempotencyKeysTable;
  releases: ReleasesTable;
  rollouts: RolloutsTable;
  rollout_hosts: RolloutHostsTable;
  rollout_steps: RolloutStepsTable;
  upgrades: UpgradesTable;
  upgrade_hosts: UpgradeHostsTable;
  enrolment_tokens: EnrolmentTokensTable;
  client_keys: ClientKeysTable;
}

/** Averages of one minute, weighted by `samples` when merged. */
interface MinuteSamplesTable {
  client_id: string;
  /** Whole minutes since 1970 by the client's clock. */
  minute: number;
  samples: number;
  cpu_usage: number | null;
  load1: number | null;
  used_memory: number | null;
  total_memory: number | null;
  used_swap: number | null;
  disk_used: number | null;
  disk_total: number | null;
  rx_bytes_per_sec: number | null;
  tx_bytes_per_sec: number | null;
  read_bytes_per_sec: number | null;
  write_bytes_per_sec: number | null;
}

/** How far the samples a client had kept while its link was down are stored: what is older came twice. */
interface SampleProgressTable {
  client_id: string;
  /** Highest `t` of a stored backlog sample, by the client's clock. */
  backlog_to_ms: number;
}

/** The second database, for samples: synchronous=NORMAL, may lose the last second on a power cut. */
export interface SampleTables {
  /** Primary key (client_id, minute): every statement names its clients, retention too. */
  minute_samples: MinuteSamplesTable;
  /** Primary key client_id. */
  sample_progress: SampleProgressTable;
}
