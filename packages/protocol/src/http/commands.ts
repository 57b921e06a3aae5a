/** Commands to single clients: send, look, cancel, history, output. Batches are in batches.ts. */
import {
  COMMAND_STATES,
  commandText,
  MAX_COMMAND_LENGTH,
  OUTPUT_STREAMS,
  timeoutSecs,
} from '../domain/command.ts';
import { epochMs, uuid } from '../domain/id.ts';
import { s } from '../schema.ts';
import type { Infer } from '../schema.ts';
import { endpoint, timestamp } from './endpoint.ts';

/** Longest a command waits for an offline client: 7 days, as long as a client remembers ids. */
export const MAX_QUEUE_SECS = 7 * 24 * 3600;
/** Header by which a repeated request is recognised, for 24 hours. */
export const IDEMPOTENCY_HEADER = 'idempotency-key';
export const IDEMPOTENCY_KEY_PATTERN = /^[\x21-\x7e]{1,128}$/;
export const IDEMPOTENCY_HOURS = 24;

export const queueSecs = s.integer({ min: 1, max: MAX_QUEUE_SECS });
const message = s.string({ max: 256 });

/** What was asked for: a typed command, or an action on an application. */
export const commandKind = s.oneOf(['command', 'service', 'update']);

/** One row of the history, and the data of `command` events. */
export const commandSummary = s.object({
  id: uuid,
  batch_id: s.nullable(uuid),
  client_id: uuid,
  hostname: s.string({ max: 255, description: 'Of the host when the command was made.' }),
  kind: commandKind,
  app_name: s.nullable(s.string({ max: 64, description: 'Of an action on an application.' })),
  command: s.string({ max: MAX_COMMAND_LENGTH, description: 'As it was typed.' }),
  ran: s.nullable(s.string({ max: 2 * MAX_COMMAND_LENGTH, description: 'Its normalised form.' })),
  state: s.oneOf(COMMAND_STATES),
  exit_code: s.nullable(s.integer()),
  signal: s.nullable(s.string({ max: 16 })),
  error: s.nullable(
    s.string({ max: 1024, description: 'Failed: why. Begins with one of a closed list of words.' }),
  ),
  late: s.boolean('The result came after the command had been given up as interrupted.'),
  cancel_requested: s.boolean(),
  created_by: s.string({ max: 64 }),
  created_at_ms: epochMs,
  sent_at_ms: s.nullable(
    s.described(epochMs, 'Handed to the connection of the client; null: still waiting here.'),
  ),
  executed_at_ms: s.nullable(s.described(epochMs, "Started, by the server's clock.")),
  finished_at_ms: s.nullable(epochMs),
  duration_ms: s.nullable(s.integer({ min: 0 })),
  timeout_secs: timeoutSecs,
  expires_at_ms: s.described(epochMs, 'Not started after this.'),
  stdout_bytes: s.integer({
    min: 0,
    description: 'Written by the command; more than is kept when truncated.',
  }),
  stderr_bytes: s.integer({ min: 0 }),
  output_truncated: s.boolean(),
});
export type CommandSummary = Infer<typeof commandSummary>;

export const sendCommand = endpoint({
  method: 'POST',
  path: '/api/send-command',
  access: 'operator',
  tag: 'commands',
  summary: { zh: '发送命令到客户端', en: 'Run a command on one client' },
  body: s.object({
    client_id: uuid,
    command: s.string({ max: 4096, description: 'Judged by the policy of the server and of the host.' }),
    timeout_secs: s.optional(timeoutSecs),
    queue_secs: s.optional(s.described(queueSecs, 'Keeps it this long for a client that is offline.')),
  }),
  answer: s.object({ command_id: uuid, message }),
  failures: {
    404: 'client_not_found',
    409: 'client_offline, idempotency_key_reused',
    422: 'command_rejected',
  },
});

/** Inside the one key that names the state. */
export const commandResultBody = s.object({
  command_id: uuid,
  client_id: uuid,
  hostname: s.string({ max: 255 }),
  batch_id: s.nullable(uuid),
  kind: commandKind,
  command: s.string({ max: MAX_COMMAND_LENGTH }),
  ran: s.nullable(s.string({ max: 2 * MAX_COMMAND_LENGTH })),
  exit_code: s.nullable(s.integer()),
  signal: s.nullable(s.string({ max: 16 })),
  output: s.string({ max: 4_000_000, description: 'Standard output so far, or whole.' }),
  error_output: s.string({ max: 4_000_000 }),
  output_truncated: s.boolean(),
  stdout_bytes: s.integer({ min: 0 }),
  stderr_bytes: s.integer({ min: 0 }),
  created_at: timestamp,
  created_by: s.string({ max: 64 }),
  sent_at: s.nullable(timestamp),
  executed_at: s.nullable(timestamp),
  finished_at: s.nullable(timestamp),
  duration_ms: s.nullable(s.integer({ min: 0 })),
  timeout_secs: timeoutSecs,
  error: s.nullable(s.string({ max: 1024 })),
  late: s.boolean(),
  cancel_requested: s.boolean(),
});
export type CommandResultBody = Infer<typeof commandResultBody>;

export const commandResult = endpoint({
  method: 'GET',
  path: '/api/command-result',
  access: 'viewer',
  tag: 'commands',
  summary: { zh: '获取命令执行结果', en: 'State and output of a command; exactly one key, its state' },
  query: s.object({ command_id: uuid }),
  answer: s.object({
    Pending: s.optional(commandResultBody),
    Executing: s.optional(commandResultBody),
    Completed: s.optional(commandResultBody),
    Timeout: s.optional(commandResultBody),
    Failed: s.optional(commandResultBody),
    Cancelled: s.optional(commandResultBody),
  }),
  failures: { 404: 'command_not_found' },
});

export const cancelCommand = endpoint({
  method: 'POST',
  path: '/api/cancel-command',
  access: 'operator',
  tag: 'commands',
  summary: { zh: '取消命令，终止其整个进程组', en: 'End a command with its whole process group' },
  body: s.object({ command_id: uuid }),
  answer: s.object({
    success: s.oneOf([true]),
    message,
    outcome: s.described(
      s.oneOf(['cancelled', 'requested']),
      'cancelled: it had not been sent; requested: the host was told, its answer will be the result.',
    ),
  }),
  failures: { 404: 'command_not_found', 409: 'command_over' },
});

export const DEFAULT_COMMANDS_PAGE = 50;
export const MAX_COMMANDS_PAGE = 500;

export const listCommands = endpoint({
  method: 'GET',
  path: '/api/commands',
  access: 'viewer',
  tag: 'commands',
  summary: { zh: '命令历史，新的在前', en: 'History of commands, newest first' },
  query: s.object({
    limit: s.optional(s.integer({ min: 1, max: MAX_COMMANDS_PAGE })),
    cursor: s.optional(s.string({ max: 32 })),
    command_id: s.optional(s.described(uuid, 'Only this one; none when nobody knows it.')),
    client_id: s.optional(uuid),
    batch_id: s.optional(uuid),
    app_name: s.optional(s.string({ max: 64, description: 'Only actions on the application of this name.' })),
    /** `active`: Pending and Executing. */
    status: s.optional(s.oneOf([...COMMAND_STATES, 'active'])),
    search: s.optional(s.string({ max: 128, description: 'Part of the command or of the host name.' })),
    created_by: s.optional(s.string({ max: 64 })),
    from_ms: s.optional(epochMs),
    to_ms: s.optional(epochMs),
    single: s.optional(
      s.described(s.oneOf(['true', 'false']), 'true: without those that belong to a batch.'),
    ),
  }),
  answer: s.object({
    commands: s.array(commandSummary, MAX_COMMANDS_PAGE),
    next_cursor: s.nullable(s.string({ max: 32 })),
  }),
});

/** Bytes of one page of output; the whole of a stream is `download-output`. */
export const MAX_OUTPUT_PAGE = 256 * 1024;

export const commandOutput = endpoint({
  method: 'GET',
  path: '/api/command-output',
  access: 'viewer',
  tag: 'commands',
  summary: { zh: '按范围读取命令输出', en: 'Output of a command by range, also while it runs' },
  query: s.object({
    command_id: uuid,
    stream: s.optional(s.oneOf(OUTPUT_STREAMS)),
    offset: s.optional(s.integer({ min: 0, description: 'Bytes of the kept stream to skip.' })),
    limit: s.optional(s.integer({ min: 1, max: MAX_OUTPUT_PAGE })),
  }),
  answer: s.object({
    command_id: uuid,
    stream: s.oneOf(OUTPUT_STREAMS),
    state: s.oneOf(COMMAND_STATES),
    offset: s.integer(),
    text: s.string({ max: 3 * MAX_OUTPUT_PAGE, description: 'Invalid UTF-8 is U+FFFD.' }),
    next_offset: s.integer({ description: 'Where to go on; never inside a character.' }),
    kept_bytes: s.integer({ description: 'Of this stream, so far.' }),
    total_bytes: s.nullable(s.integer({ description: 'Written by the command; null while it runs.' })),
    gap: s.nullable(
      s.described(
        s.object({ at: s.integer(), bytes: s.integer() }),
        'Bytes left out at this offset of the kept stream.',
      ),
    ),
    complete: s.boolean('Nothing will follow next_offset when it equals kept_bytes.'),
  }),
  failures: { 404: 'command_not_found' },
});

export const downloadOutput = endpoint({
  method: 'GET',
  path: '/api/command-output/download',
  access: 'viewer',
  tag: 'commands',
  summary: { zh: '下载命令输出', en: 'The kept bytes of a stream as a file' },
  query: s.object({ command_id: uuid, stream: s.optional(s.oneOf(OUTPUT_STREAMS)) }),
  answer: { mediaType: 'application/octet-stream', description: 'The bytes as the command wrote them.' },
  failures: { 404: 'command_not_found' },
});

export const predefinedCommand = s.object({
  command: commandText,
  label: s.string({ max: 128, description: 'In the language asked for.' }),
  description: s.string({ max: 256 }),
});

export const predefinedCommands = endpoint({
  method: 'GET',
  path: '/api/predefined-commands',
  access: 'viewer',
  tag: 'commands',
  summary: { zh: '预定义命令', en: 'Commands to choose from, by category' },
  answer: s.object({
    categories: s.array(
      s.object({
        id: s.string({ max: 64 }),
        label: s.string({ max: 128 }),
        commands: s.array(predefinedCommand, 256),
      }),
      64,
    ),
  }),
});

/** Which rule refused a command, in words. Also inside the failure `command_rejected`. */
export const refusalView = s.object({
  rule: s.string({ max: 32, description: 'EMPTY, TOO_LONG, BAD_CHARACTER, … of the policy.' }),
  token: s.string({ max: 256, description: 'The part to blame; empty when it is the whole.' }),
  reason: s.string({ max: 512, description: 'A sentence for people that says what to do.' }),
});

export const checkCommand = endpoint({
  method: 'POST',
  path: '/api/check-command',
  access: 'viewer',
  tag: 'commands',
  summary: { zh: '检查命令是否允许', en: 'Whether the policy of this server allows a command' },
  body: s.object({ command: s.string({ max: 4096 }) }),
  answer: s.object({
    allowed: s.boolean(),
    ran: s.nullable(s.string({ max: 2 * MAX_COMMAND_LENGTH, description: 'What would run.' })),
    max_timeout_secs: s.nullable(s.integer()),
    refusal: s.nullable(refusalView),
  }),
});
