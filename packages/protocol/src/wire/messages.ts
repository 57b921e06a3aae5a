/**
 * Every message between ops-server (S) and ops-client (C), in the order of the conversation.
 *
 *   authentication on                         authentication off
 *   S→C auth_challenge                        S→C hello                        phase greeting
 *   C→S auth_response                         C→S register
 *   S→C auth_ok | auth_failed, close
 *   ───────────────────────── from here on every frame carries a MAC (authentication on)
 *   C→S register                                                              phase registering
 *   S→C registered | error, close             S→C registered | error, close
 *     | new_identity, close                     | new_identity, close
 *   or, with a token: C→S enrol, S→C enrolled | error, close
 *   ─────────────────────────                                                  phase ready
 *   C→S heartbeat      every heartbeat_interval   S→C heartbeat_ack
 *   C→S system_info, app_info                     when something changed
 *   C→S samples        kept while the link was down    S→C samples_ack
 *   S→C command | service | update | cancel
 *   C→S command_accepted, command_output…, command_result
 *   S→C output_missing?, result_ack
 *   S→C upgrade, cancel_upgrade               only to a client that can be upgraded
 *   C→S upgrade_fetch, upgrade_status             S→C upgrade_part
 *   either: goodbye, then close; error, then close
 *
 * A message of the wrong direction or phase, or of an unknown type, closes the connection. Unknown fields are an
 * error before authentication and ignored afterwards, so that older and newer peers understand each other.
 * Version history: 2, the first that is spoken.
 */
import { appInfo, APP_NAME_PATTERN, APP_VERSION_PATTERN, MAX_APPS, SERVICE_ACTIONS } from '../domain/app.ts';
import { hostFacts, hostPolicy, labels } from '../domain/client.ts';
import {
  COMMAND_OUTCOMES,
  commandText,
  MAX_OUTPUT_CHUNK,
  OUTPUT_STREAMS,
  timeoutSecs,
  UNACKNOWLEDGED_STATES,
} from '../domain/command.ts';
import { tokenId } from '../domain/enrolment.ts';
import { epochMs, uuid } from '../domain/id.ts';
import { sample, timedSample } from '../domain/sample.ts';
import { s } from '../schema.ts';
import type { Infer, Schema } from '../schema.ts';
import { hex32, tenDigitSecs } from './handshake.ts';
import {
  CHALLENGE_EXPIRES_SECS,
  MAX_FRAME,
  MAX_HANDSHAKE_FRAME,
  MAX_HEARTBEAT_SECS,
  MAX_REGISTER_FRAME,
  MAX_REPORTED_COMMANDS,
  MAX_SAMPLES_PER_FRAME,
  MIN_HEARTBEAT_SECS,
  PROTOCOL_VERSION,
} from './limits.ts';
import { createMessageReader } from './message-reader.ts';
import type { MessageTable, Phase, Side } from './message-reader.ts';
import { sealed } from './sealed.ts';
import {
  cancelUpgrade,
  upgrade,
  upgradeFetch,
  upgradePart,
  upgradeReport,
  upgradeStatus,
} from './upgrade-messages.ts';

const lenient = { unknown: 'ignore' } as const;
const type = <const T extends string>(name: T): Schema<T> => s.oneOf([name]);
const counter = s.integer({ min: 0 });
const durationMs = s.integer({ min: 0 });

/** How much a client may send, told by the server. */
const limits = s.object(
  { max_frame_bytes: s.integer({ min: 4096 }), max_heartbeats_per_sec: s.integer({ min: 1 }) },
  lenient,
);
/**
 * Seconds between heartbeats. The client may wish for one in `register`; what `registered` answers is what both go by:
 * the wish brought within these bounds, or the server's own where there was none.
 */
const heartbeatInterval = s.number({ min: MIN_HEARTBEAT_SECS, max: MAX_HEARTBEAT_SECS });
const heartbeatWish = s.number({ min: 0, max: 1_000_000 });

export const GOODBYE_CODES = [
  'stop',
  'restart',
  'replaced',
  'too_many_connections',
  'conflict',
  'protocol',
] as const;
export type GoodbyeCode = (typeof GOODBYE_CODES)[number];

const commandHead = {
  command_id: uuid,
  /** Counts up for each client; persistent on both sides. */
  seq: counter,
  timeout_secs: timeoutSecs,
  /** Server milliseconds; the client maps it to its own monotonic clock. */
  sent_at: epochMs,
  /** Older than this on arrival: answered `failed`, `expired`, and not started. */
  start_within_ms: durationMs,
};

/**
 * The identity of a connection is fixed when it authenticates (registers), so later messages need not repeat it. One that
 * does must name the same client, or the connection is closed.
 */
const repeated = { client_id: s.optional(uuid) };

/** The server speaks first. */
const hello = s.object({ type: type('hello'), v: s.integer({ min: 1, max: 255 }), server_id: uuid });
const authChallenge = s.object({
  type: type('auth_challenge'),
  v: s.oneOf([PROTOCOL_VERSION]),
  server_id: uuid,
  nonce: hex32,
  timestamp: tenDigitSecs,
  expires_in: s.integer({ min: 1, max: CHALLENGE_EXPIRES_SECS }),
  cb: s.oneOf(['none', 'tls-exporter']),
});
const authResponse = s.object({
  type: type('auth_response'),
  v: s.oneOf([PROTOCOL_VERSION]),
  client_id: uuid,
  nonce: hex32,
  timestamp: tenDigitSecs,
  /** R, the manual's formula. */
  response: hex32,
  client_nonce: hex32,
  client_time: tenDigitSecs,
  /** One random value for each client process. */
  instance_id: uuid,
  /** P, over the whole transcript. */
  proof: hex32,
  /** The id of an enrolment token: its text is then the secret that is proved, and `enrol` follows. */
  enrol: s.optional(tokenId),
});
const authOk = s.object({
  type: type('auth_ok'),
  server_proof: hex32,
  session: uuid,
  key: s.oneOf(['current', 'previous']),
  heartbeat_interval: heartbeatInterval,
  limits,
});
const authFailed = s.object({
  type: type('auth_failed'),
  code: s.oneOf(['AUTH_FAILED']),
  message: s.text(256),
});

const register = s.object(
  {
    type: type('register'),
    client_id: uuid,
    instance_id: uuid,
    /** A new random value whenever the client's journal could not be read whole. */
    journal_epoch: uuid,
    /** Highest command `seq` in the journal; 0 for none. */
    last_seq: counter,
    client_version: s.text(64),
    client_time: epochMs,
    system_info: hostFacts,
    app_info: s.array(appInfo, MAX_APPS),
    labels,
    policy: hostPolicy,
    heartbeat_interval: s.optional(heartbeatWish),
    commands: s.array(
      s.object({ command_id: uuid, state: s.oneOf(UNACKNOWLEDGED_STATES), chunks: counter }, lenient),
      MAX_REPORTED_COMMANDS,
    ),
    /** Samples that wait on disk, by client time. */
    backlog: s.optional(s.object({ from: epochMs, to: epochMs, count: counter }, lenient)),
    upgrade: s.optional(upgradeReport),
  },
  lenient,
);
const registered = s.object(
  {
    type: type('registered'),
    session: uuid,
    server_time: epochMs,
    heartbeat_interval: heartbeatInterval,
    limits,
    commands: s.array(
      s.object({ command_id: uuid, next_seq: counter, cancel: s.boolean() }, lenient),
      MAX_REPORTED_COMMANDS,
    ),
  },
  lenient,
);

/** Instead of `register`, behind a proof by a token: asks for a key of its own. */
const enrol = s.object(
  { type: type('enrol'), client_id: uuid, hostname: s.text(255), client_version: s.text(64) },
  lenient,
);
/** The key, sealed. It works from now on; asking again with the same token before it was used gives it again. */
const enrolled = s.object(
  { type: type('enrolled'), generation: s.integer({ min: 1 }), key: sealed },
  lenient,
);
/** Instead of `registered`, to a client whose id another process uses: take a new id. The token, sealed, enrols it. */
const newIdentity = s.object({ type: type('new_identity'), token: s.optional(sealed) }, lenient);

const heartbeat = s.object(
  { type: type('heartbeat'), ...repeated, client_time: s.optional(epochMs), sample: s.optional(sample) },
  lenient,
);
const heartbeatAck = s.object({ type: type('heartbeat_ack'), server_time: epochMs }, lenient);
const systemInfoMessage = s.object(
  { type: type('system_info'), ...repeated, system_info: hostFacts },
  lenient,
);
const appInfoMessage = s.object(
  { type: type('app_info'), ...repeated, app_info: s.array(appInfo, MAX_APPS) },
  lenient,
);
const samples = s.object(
  {
    type: type('samples'),
    ...repeated,
    resolution_secs: s.number({ min: 0.05, max: 3600 }),
    samples: s.array(timedSample, MAX_SAMPLES_PER_FRAME, 1),
  },
  lenient,
);
/** `to`: the client may drop every kept sample up to and including this time. */
const samplesAck = s.object({ type: type('samples_ack'), to: epochMs }, lenient);

const command = s.object({ type: type('command'), ...commandHead, command: commandText }, lenient);
const service = s.object(
  {
    type: type('service'),
    ...commandHead,
    app_name: s.string({ max: 64, pattern: APP_NAME_PATTERN }),
    action: s.oneOf(SERVICE_ACTIONS),
  },
  lenient,
);
const update = s.object(
  {
    type: type('update'),
    ...commandHead,
    app_name: s.string({ max: 64, pattern: APP_NAME_PATTERN }),
    version: s.string({ max: 64, pattern: APP_VERSION_PATTERN }),
  },
  lenient,
);
const cancel = s.object({ type: type('cancel'), command_id: uuid }, lenient);
/** Journalled, about to start. */
const commandAccepted = s.object(
  { type: type('command_accepted'), ...repeated, command_id: uuid, started_at: epochMs },
  lenient,
);
const commandOutput = s.object(
  {
    type: type('command_output'),
    ...repeated,
    command_id: uuid,
    /** 0, 1, 2 … over both streams. */
    seq: counter,
    stream: s.oneOf(OUTPUT_STREAMS),
    // Base64 takes 4/3 of the bytes; UTF-8 text at most one UTF-16 unit a byte.
    data: s.string({ max: Math.ceil(MAX_OUTPUT_CHUNK / 3) * 4 }),
    encoding: s.oneOf(['utf8', 'base64']),
  },
  lenient,
);
const commandResult = s.object(
  {
    type: type('command_result'),
    ...repeated,
    command_id: uuid,
    outcome: s.oneOf(COMMAND_OUTCOMES),
    exit_code: s.nullable(s.integer({ min: -2_147_483_648, max: 4_294_967_295 })),
    signal: s.nullable(s.text(16)),
    /** Begins with one of FAILURE_WORDS when the outcome is `failed`. */
    error: s.nullable(s.text(1024)),
    chunks: counter,
    stdout_bytes: counter,
    stderr_bytes: counter,
    truncated: s.boolean(),
    started_at: s.nullable(epochMs),
    duration_ms: durationMs,
  },
  lenient,
);
/** Send again from this chunk on, then the result. */
const outputMissing = s.object(
  { type: type('output_missing'), command_id: uuid, from_seq: counter },
  lenient,
);
/** Stored durably; the client may forget. */
const resultAck = s.object({ type: type('result_ack'), command_id: uuid }, lenient);

const goodbye = s.object(
  {
    type: type('goodbye'),
    code: s.oneOf(GOODBYE_CODES),
    /** Clients spread their return evenly over this window. */
    come_back_in_ms: s.optional(durationMs),
  },
  lenient,
);
/** Why the connection is about to be closed. */
const error = s.object({ type: type('error'), code: s.text(64), message: s.text(512) }, lenient);

export type { Phase, Side };

/**
 * The table both sides dispatch by: who may send what, and when. With authentication off the server is in
 * phase `registering` as soon as it has said `hello`.
 */
export const MESSAGES = {
  hello: { from: ['server'], phases: ['greeting'], schema: hello },
  auth_challenge: { from: ['server'], phases: ['greeting'], schema: authChallenge },
  auth_response: { from: ['client'], phases: ['greeting'], schema: authResponse },
  auth_ok: { from: ['server'], phases: ['greeting'], schema: authOk },
  auth_failed: { from: ['server'], phases: ['greeting'], schema: authFailed },
  register: { from: ['client'], phases: ['registering'], schema: register },
  registered: { from: ['server'], phases: ['registering'], schema: registered },
  enrol: { from: ['client'], phases: ['registering'], schema: enrol },
  enrolled: { from: ['server'], phases: ['registering'], schema: enrolled },
  new_identity: { from: ['server'], phases: ['registering'], schema: newIdentity },
  heartbeat: { from: ['client'], phases: ['ready'], schema: heartbeat },
  heartbeat_ack: { from: ['server'], phases: ['ready'], schema: heartbeatAck },
  system_info: { from: ['client'], phases: ['ready'], schema: systemInfoMessage },
  app_info: { from: ['client'], phases: ['ready'], schema: appInfoMessage },
  samples: { from: ['client'], phases: ['ready'], schema: samples },
  samples_ack: { from: ['server'], phases: ['ready'], schema: samplesAck },
  command: { from: ['server'], phases: ['ready'], schema: command },
  service: { from: ['server'], phases: ['ready'], schema: service },
  update: { from: ['server'], phases: ['ready'], schema: update },
  cancel: { from: ['server'], phases: ['ready'], schema: cancel },
  command_accepted: { from: ['client'], phases: ['ready'], schema: commandAccepted },
  command_output: { from: ['client'], phases: ['ready'], schema: commandOutput },
  command_result: { from: ['client'], phases: ['ready'], schema: commandResult },
  output_missing: { from: ['server'], phases: ['ready'], schema: outputMissing },
  result_ack: { from: ['server'], phases: ['ready'], schema: resultAck },
  upgrade: { from: ['server'], phases: ['ready'], schema: upgrade },
  cancel_upgrade: { from: ['server'], phases: ['ready'], schema: cancelUpgrade },
  upgrade_fetch: { from: ['client'], phases: ['ready'], schema: upgradeFetch },
  upgrade_part: { from: ['server'], phases: ['ready'], schema: upgradePart },
  upgrade_status: { from: ['client'], phases: ['ready'], schema: upgradeStatus },
  goodbye: { from: ['server', 'client'], phases: ['greeting', 'registering', 'ready'], schema: goodbye },
  error: { from: ['server', 'client'], phases: ['greeting', 'registering', 'ready'], schema: error },
} as const satisfies MessageTable<{ type: string }>;

export type MessageType = keyof typeof MESSAGES;
export type MessageOf<T extends MessageType> = Infer<(typeof MESSAGES)[T]['schema']>;
type SentBy<S extends Side> = {
  [T in MessageType]: S extends (typeof MESSAGES)[T]['from'][number] ? MessageOf<T> : never;
}[MessageType];
export type ServerMessage = SentBy<'server'>;
export type ClientMessage = SentBy<'client'>;
export type Message = ServerMessage | ClientMessage;

/** Largest body of a frame in each phase, in bytes. */
export const FRAME_LIMITS: Readonly<Record<Phase, number>> = {
  greeting: MAX_HANDSHAKE_FRAME,
  registering: MAX_REGISTER_FRAME,
  ready: MAX_FRAME,
};

const read = createMessageReader<Message>(MESSAGES);

/**
 * Reads the body of a frame sent by `from` while the conversation is in `phase`.
 * @throws WireError with the reason: not JSON as json.ts wants it, unknown type, wrong direction or phase, schema.
 */
export function readMessage(body: Buffer, from: 'client', phase: Phase): ClientMessage;
export function readMessage(body: Buffer, from: 'server', phase: Phase): ServerMessage;
export function readMessage(body: Buffer, from: Side, phase: Phase): Message {
  return read(body, from, phase);
}

/** The body of a frame. Keys are written in the order given. */
export function writeMessage(message: Message): Buffer {
  return Buffer.from(JSON.stringify(message), 'utf8');
}
