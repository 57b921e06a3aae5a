/** Limits of the gateway that the protocol does not fix: name, value, and why it is that. */

/** A tick for every deadline of every connection: ten thousand timers would cost more than they bring. */
export const SWEEP_MS = 1000;

/** How late a silent client may be noticed, as a share of `client_timeout_secs`. */
export const SILENCE_PRECISION = 0.02;

/** Seconds between heartbeats of a client that has no wish. */
export const DEFAULT_HEARTBEAT_SECS = 3;

/** After its last frame a connection has this long to take it and close; then it is destroyed. */
export const CLOSING_GRACE_MS = 2000;
/** What may still arrive meanwhile and is thrown away: closing with unread bytes would reset the last frame away. */
export const CLOSING_DISCARD_BYTES = 1024 * 1024;

/** Clients a restarted server is willing to take back each second: a handshake costs it some 0.3 ms. */
export const RETURNS_PER_SEC = 500;
/** Smallest window over which clients spread their return. */
export const MIN_COME_BACK_MS = 2000;
/** Told to a client that found no place: soon enough for a place that becomes free to be taken within 5 s. */
export const MIN_TURNED_AWAY_MS = 5000;

/** Sessions on a removed secret end spread over this long, so that they are gone within 60 s. */
export const SECRET_REMOVAL_SPREAD_MS = 55_000;

/** `samples` frames of one client that wait for storage before we stop reading from it. */
export const MAX_WAITING_SAMPLES = 4;

/** Changes of facts and apps a second from one client; one more costs the connection. */
export const MAX_CHANGES_PER_SEC = 20;

/**
 * `command_accepted` and `command_result` a second from one client; one more costs the connection. Back after a long
 * outage it may tell of 1,000 commands at once, and each answer is a write.
 */
export const MAX_COMMAND_ANSWERS_PER_SEC = 4000;
/** Frames of output a second from one client; a program that writes byte by byte waits, it is not cut off. */
export const MAX_OUTPUT_FRAMES_PER_SEC = 1000;
/** That wait: short enough for heartbeats, which come behind the output, to stay on time. */
export const OUTPUT_PACE_MS = 50;
/** Longest time nothing is read from a client whose output waits for the disk: its heartbeats must not seem lost. */
export const MAX_OUTPUT_HOLD_MS = 2000;

/** Parts of an archive a second to one client, of 192 KiB each; whoever asks faster waits. */
export const MAX_UPGRADE_PARTS_PER_SEC = 40;
/** That wait. */
export const UPGRADE_PACE_MS = 100;
/** `upgrade_status` a second from one client, each a write; one more costs the connection. */
export const MAX_UPGRADE_STATUSES_PER_SEC = 20;

/** A client answers the challenge within a round trip; until then it is not called silent. */
export const TIME_TO_SPEAK_MS = 1000;

/** Addresses whose failed proofs are remembered; the oldest is forgotten. */
export const MAX_REMEMBERED_ADDRESSES = 10_000;

/** Lines a minute about peers that have proved nothing, and entries in the audit trail. The rest is counted. */
export const MAX_LINES_PER_MINUTE = 120;
export const MAX_AUDITED_PER_MINUTE = 300;

/** Connections the kernel may hold until we accept them: a whole fleet returns within seconds. */
export const LISTEN_BACKLOG = 4096;
/** Net below the heartbeats; see the manual, "Network". */
export const KEEP_ALIVE_MS = 15_000;
