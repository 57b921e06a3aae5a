/** What a host is let into the fleet with. Secrets never stand in an argument, an address or a log. */
import { s } from '../schema.ts';

/**
 * What a client proves itself by: a key of its own, the secret all clients share, or nothing (authentication is off).
 *
 *   shared_secret, none ──enrolled with a token──► own_key ──client deleted──► the id is never used again
 */
export const CREDENTIALS = ['own_key', 'shared_secret', 'none'] as const;
export type Credential = (typeof CREDENTIALS)[number];

/** Names a token; tells nothing about its secret. */
export const tokenId = s.string({ min: 16, max: 16, pattern: /^[0-9a-f]{16}$/ });

/** A token as a person copies it: `ops1`, its id, 43 characters of base64url for 32 secret bytes. */
export const TOKEN_PATTERN = /^ops1\.([0-9a-f]{16})\.([A-Za-z0-9_-]{43})$/;

/** @returns the id of a token; undefined for text that is none */
export function tokenIdOf(token: string): string | undefined {
  return TOKEN_PATTERN.exec(token)?.[1];
}

/** The secret of a client: 32 bytes as 64 hex digits. */
export const CLIENT_KEY_PATTERN = /^[0-9a-f]{64}$/;

export const MAX_TOKEN_USES = 10_000;
export const DEFAULT_TOKEN_SECS = 24 * 3600;
export const MIN_TOKEN_SECS = 60;
export const MAX_TOKEN_SECS = 30 * 24 * 3600;
