/** One command on many clients. The list of targets is frozen when the batch is made; every target is one command. */
import { COMMAND_STATES, MAX_COMMAND_LENGTH, timeoutSecs } from '../domain/command.ts';
import { epochMs, uuid } from '../domain/id.ts';
import { s } from '../schema.ts';
import type { Infer } from '../schema.ts';
import { commandSummary, queueSecs, refusalView } from './commands.ts';
import { endpoint } from './endpoint.ts';

export const MAX_TARGETS = 10_000;
/** 10,000 ids and the rest. */
export const MAX_BATCH_BODY = 512 * 1024;
export const DEFAULT_CONCURRENCY = 1000;

/** Exactly one of the three; none, an empty list or an empty selector is an error and never means everything (S-3). */
const targets = {
  client_ids: s.optional(s.array(uuid, MAX_TARGETS, 1)),
  selector: s.optional(
    s.string({ min: 1, max: 1024, description: 'Kubernetes label syntax: `env=prod,role in (web,db)`.' }),
  ),
  all: s.optional(s.oneOf([true])),
} as const;

const order = {
  ...targets,
  command: s.string({ max: 4096 }),
} as const;

/**
 * What will happen on a host.
 * - `will_run`; `queued`: offline, and will wait; `offline`: will not run
 * - `refused_by_host`: its own policy; `readonly`: it refuses everything; `too_old`: its client cannot run commands
 */
export const TARGET_VERDICTS = [
  'will_run',
  'queued',
  'offline',
  'refused_by_host',
  'readonly',
  'too_old',
] as const;
export type TargetVerdict = (typeof TARGET_VERDICTS)[number];

export const previewBatch = endpoint({
  method: 'POST',
  path: '/api/batch-commands/preview',
  access: 'viewer',
  tag: 'batches',
  summary: { zh: '预览批量命令', en: 'What a batch would do, host by host; nothing is sent' },
  body: s.object({ ...order, queue_secs: s.optional(queueSecs) }),
  maxBody: MAX_BATCH_BODY,
  answer: s.object({
    /** Of this server: with one, nothing runs anywhere. */
    refusal: s.nullable(refusalView),
    ran: s.nullable(s.string({ max: 2 * MAX_COMMAND_LENGTH })),
    targets: s.integer({ min: 0 }),
    counts: s.record(s.oneOf(TARGET_VERDICTS), s.integer({ min: 0 }), TARGET_VERDICTS.length),
    unknown_ids: s.array(uuid, MAX_TARGETS),
    /** Every host that will not run at once, then the others, by host name. */
    hosts: s.array(
      s.object({
        client_id: uuid,
        hostname: s.string({ max: 255 }),
        verdict: s.oneOf(TARGET_VERDICTS),
        refusal: s.nullable(refusalView),
      }),
      MAX_TARGETS,
    ),
  }),
});

export const createBatch = endpoint({
  method: 'POST',
  path: '/api/batch-commands',
  access: 'operator',
  tag: 'batches',
  summary: { zh: '批量执行命令', en: 'Run a command on many clients' },
  body: s.object({
    ...order,
    timeout_secs: s.optional(timeoutSecs),
    queue_secs: s.optional(queueSecs),
    concurrency: s.optional(s.integer({ min: 1, max: MAX_TARGETS, description: 'Hosts at once.' })),
    stop_after_failures: s.optional(
      s.integer({ min: 1, max: MAX_TARGETS, description: 'Failed, timed out or exit other than 0.' }),
    ),
  }),
  maxBody: MAX_BATCH_BODY,
  answer: s.object({
    batch_id: uuid,
    message: s.string({ max: 256 }),
    command_ids: s.record(uuid, uuid, MAX_TARGETS),
  }),
  failures: { 409: 'idempotency_key_reused', 422: 'command_rejected, no_targets' },
});

export const BATCH_STATES = ['running', 'stopping', 'finished'] as const;
export type BatchState = (typeof BATCH_STATES)[number];

/** Counts of a batch. They add up to `targets`. */
export const batchCounts = s.object({
  held: s.integer({ description: 'Not sent yet: they wait for their turn.' }),
  pending: s.integer({ description: 'Sent or waiting for the client, not started.' }),
  executing: s.integer(),
  succeeded: s.integer({ description: 'Completed with exit code 0.' }),
  nonzero: s.integer({ description: 'Completed with another exit code.' }),
  timeout: s.integer(),
  failed: s.integer(),
  cancelled: s.integer(),
});
export type BatchCounts = Infer<typeof batchCounts>;

/** Also the data of `batch` events. */
export const batchSummary = s.object({
  id: uuid,
  command: s.string({ max: MAX_COMMAND_LENGTH }),
  ran: s.nullable(s.string({ max: 2 * MAX_COMMAND_LENGTH })),
  state: s.oneOf(BATCH_STATES),
  /** Why it stopped early. */
  stopped: s.nullable(s.oneOf(['user', 'failures'])),
  stopped_by: s.nullable(s.string({ max: 64 })),
  created_by: s.string({ max: 64 }),
  created_at_ms: epochMs,
  finished_at_ms: s.nullable(epochMs),
  targets: s.integer(),
  counts: batchCounts,
  /** Grows with every change of any of its commands. */
  version: s.integer(),
  concurrency: s.integer(),
  stop_after_failures: s.nullable(s.integer()),
  timeout_secs: s.integer(),
  queue_secs: s.nullable(s.integer()),
  selection: s.object({
    kind: s.oneOf(['ids', 'selector', 'all', 'rerun']),
    selector: s.nullable(s.string({ max: 1024 })),
  }),
  rerun_of: s.nullable(uuid),
});
export type BatchSummary = Infer<typeof batchSummary>;

export const MAX_GROUPS = 200;
/** Characters of output shown with a group. */
export const GROUP_EXCERPT = 4096;

/** Hosts that ended alike: state, exit code, error word, and the same bytes on both streams. */
export const batchGroup = s.object({
  key: s.string({ max: 64, description: 'Names the group in `hosts` and `rerun`.' }),
  state: s.oneOf(COMMAND_STATES),
  exit_code: s.nullable(s.integer()),
  error: s.nullable(s.string({ max: 1024 })),
  hosts: s.integer({ min: 1 }),
  /** One command of the group: its output is the output of all. */
  command_id: uuid,
  hostnames: s.array(s.string({ max: 255 }), 10),
  stdout_bytes: s.integer(),
  stderr_bytes: s.integer(),
  stdout: s.string({ max: 3 * GROUP_EXCERPT, description: 'Its beginning.' }),
  stderr: s.string({ max: 3 * GROUP_EXCERPT }),
  output_truncated: s.boolean(),
});
export type BatchGroup = Infer<typeof batchGroup>;

const batchId = s.object({ id: uuid });

export const getBatch = endpoint({
  method: 'GET',
  path: '/api/batches/{id}',
  access: 'viewer',
  tag: 'batches',
  summary: { zh: '批量命令的进度与分组结果', en: 'Progress of a batch and its results, alike ones together' },
  params: batchId,
  answer: s.object({
    batch: batchSummary,
    groups: s.array(batchGroup, MAX_GROUPS),
    /** Groups beyond MAX_GROUPS and the hosts in them. */
    more_groups: s.integer(),
    more_hosts: s.integer(),
  }),
  failures: { 404: 'batch_not_found' },
});

export const listBatches = endpoint({
  method: 'GET',
  path: '/api/batches',
  access: 'viewer',
  tag: 'batches',
  summary: { zh: '批量命令列表，新的在前', en: 'Batches, newest first' },
  query: s.object({
    limit: s.optional(s.integer({ min: 1, max: 200 })),
    cursor: s.optional(s.string({ max: 32 })),
  }),
  answer: s.object({
    batches: s.array(batchSummary, 200),
    next_cursor: s.nullable(s.string({ max: 32 })),
  }),
});

export const MAX_BATCH_HOSTS_PAGE = 1000;

export const listBatchHosts = endpoint({
  method: 'GET',
  path: '/api/batches/{id}/hosts',
  access: 'viewer',
  tag: 'batches',
  summary: { zh: '批量命令的各主机', en: 'The commands of a batch in their order, page by page' },
  params: batchId,
  query: s.object({
    offset: s.optional(s.integer({ min: 0 })),
    limit: s.optional(s.integer({ min: 1, max: MAX_BATCH_HOSTS_PAGE })),
    status: s.optional(
      s.oneOf(['held', 'pending', 'executing', 'succeeded', 'nonzero', 'timeout', 'failed', 'cancelled']),
    ),
    group: s.optional(s.string({ max: 64 })),
    search: s.optional(s.string({ max: 128, description: 'Part of the host name.' })),
  }),
  answer: s.object({
    hosts: s.array(commandSummary, MAX_BATCH_HOSTS_PAGE),
    total: s.integer({ description: 'That pass the filter.' }),
    version: s.integer(),
  }),
  failures: { 404: 'batch_not_found' },
});

export const stopBatch = endpoint({
  method: 'POST',
  path: '/api/batches/{id}/stop',
  access: 'operator',
  tag: 'batches',
  summary: {
    zh: '停止批量命令：未开始的不再开始，正在执行的被终止',
    en: 'Stop a batch: what has not started never starts, what runs is ended',
  },
  params: batchId,
  body: s.object({}),
  answer: s.object({ success: s.oneOf([true]), message: s.string({ max: 256 }), batch: batchSummary }),
  failures: { 404: 'batch_not_found', 409: 'command_over' },
});

export const rerunBatch = endpoint({
  method: 'POST',
  path: '/api/batches/{id}/rerun',
  access: 'operator',
  tag: 'batches',
  summary: { zh: '对部分主机重新执行', en: 'Run the command of a finished batch again on some of its hosts' },
  params: batchId,
  body: s.object({
    which: s.described(
      s.oneOf(['failed', 'different', 'all']),
      'failed: every ending but exit code 0; different: all outside the largest group.',
    ),
  }),
  answer: s.object({
    batch_id: uuid,
    message: s.string({ max: 256 }),
    command_ids: s.record(uuid, uuid, MAX_TARGETS),
  }),
  failures: { 404: 'batch_not_found', 409: 'batch_running', 422: 'command_rejected, no_targets' },
});

export const exportBatch = endpoint({
  method: 'GET',
  path: '/api/batches/{id}/export',
  access: 'viewer',
  tag: 'batches',
  summary: { zh: '导出批量结果', en: 'Every host with its result, as CSV or JSON lines' },
  params: batchId,
  query: s.object({ format: s.oneOf(['csv', 'jsonl']) }),
  answer: { mediaType: 'text/csv', description: 'Or application/x-ndjson. Sent as it is read.' },
  failures: { 404: 'batch_not_found' },
});
