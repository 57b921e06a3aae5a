/** Every limit of the TCP protocol: name, value, and why it is that. */

export const PROTOCOL_VERSION = 2;

/** Bytes of length prefix before each frame. */
export const LENGTH_BYTES = 4;
/** Bytes of HMAC-SHA256 behind each frame once both sides are authenticated. */
export const MAC_BYTES = 32;

/** Body of a frame before `auth_ok`: the largest handshake message has under 1 KiB. */
export const MAX_HANDSHAKE_FRAME = 4096;
/** Body of `register`: facts, 1,000 apps, 1,000 unacknowledged commands fit. */
export const MAX_REGISTER_FRAME = 256 * 1024;
/** Body of any later frame. */
export const MAX_FRAME = 1024 * 1024;

/** Nesting of a JSON body. Our deepest message has 5. */
export const MAX_DEPTH = 16;
/** Keys in one JSON object. */
export const MAX_KEYS = 256;

/** The whole handshake, from accept to `auth_ok`, by the server's monotonic clock. */
export const HANDSHAKE_DEADLINE_MS = 30_000;
/** The client waits this long for the server's first frame. */
export const GREETING_DEADLINE_MS = 10_000;
/** Seconds a challenge may be answered in. */
export const CHALLENGE_EXPIRES_SECS = 30;
/** Difference of the wall clocks the server accepts in `auth_response`. */
export const SERVER_SKEW_SECS = 60;
/** Difference of the wall clocks the client accepts in `auth_challenge`. */
export const CLIENT_SKEW_SECS = 30;
/** Nonces a client remembers, to notice a replayed challenge. */
export const REMEMBERED_NONCES = 64;
/** Pause before `auth_failed`, counted from the arrival of the response, whatever the cause. */
export const AUTH_FAILED_DELAY_MS = 250;

/** Failed proofs a minute from one address before it is shut out… */
export const AUTH_FAILURES_PER_MINUTE = 10;
/** … for this long. */
export const AUTH_LOCKOUT_MS = 60_000;
/** Sockets that have not authenticated, in all and from one address. */
export const MAX_UNAUTHENTICATED = 2048;
export const MAX_UNAUTHENTICATED_PER_ADDRESS = 512;

/** A client whose secret is shorter than this is warned about at every start. */
export const STRONG_SECRET_CHARS = 32;

/** Seconds between heartbeats, whatever a client wishes. The shorter bound is 20 a second. */
export const MIN_HEARTBEAT_SECS = 0.05;
export const MAX_HEARTBEAT_SECS = 3600;
/** Heartbeats a second from one client; one more costs the connection. */
export const MAX_HEARTBEATS_PER_SEC = 20;
/** Acknowledgements missing for this many intervals, but at least this long, mean a dead link. */
export const DEAD_LINK_INTERVALS = 3;
export const DEAD_LINK_MIN_MS = 10_000;

/** What may wait to be sent to one client. */
export const MAX_QUEUED_BYTES = 1024 * 1024;
export const MAX_QUEUED_FRAMES = 1000;

/** Output a client may have sent and not seen leave; the rest waits in its spool. */
export const MAX_UNSENT_OUTPUT = 256 * 1024;

/** Samples in one `samples` frame. */
export const MAX_SAMPLES_PER_FRAME = 500;

/** A command older than this when it arrives is not started. */
export const DEFAULT_START_WITHIN_MS = 30_000;

/** Unacknowledged commands a client may report. */
export const MAX_REPORTED_COMMANDS = 1000;
