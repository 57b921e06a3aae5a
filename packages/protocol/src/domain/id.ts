import { s } from '../schema.ts';

/** RFC 9562 UUID, lower case. Identifies clients, servers, commands and sessions. */
export const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export const uuid = s.string({ min: 36, max: 36, pattern: UUID_PATTERN });

/** The last millisecond of a JavaScript date. */
export const MAX_EPOCH_MS = 8_640_000_000_000_000;

/** Milliseconds since 1970-01-01T00:00:00Z, wall clock of whoever wrote it: for display, never for order. */
export const epochMs = s.integer({ min: 0, max: MAX_EPOCH_MS });
