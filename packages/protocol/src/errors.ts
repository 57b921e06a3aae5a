/**
 * One error class and a closed list of codes. A code is stable, English and machine-readable; the sentence
 * for a person is chosen where the answer leaves (server/http for HTTP, the console for the screen).
 * `cause` stays at home: it is logged, never sent.
 */
export const ERROR_CODES = [
  // HTTP: request
  'invalid_request',
  'unauthenticated',
  'invalid_credentials',
  'password_change_required',
  'weak_password',
  'forbidden',
  'not_found',
  'client_not_found',
  'client_online',
  'client_offline',
  'authentication_off',
  'token_not_found',
  'too_many_tokens',
  'no_conflict',
  'no_key',
  'command_not_found',
  'command_over',
  'command_rejected',
  'app_not_found',
  'operation_in_progress',
  'no_earlier_release',
  'rollout_not_found',
  'rollout_state',
  'no_client_release',
  'upgrade_not_found',
  'upgrade_running',
  'upgrade_state',
  'batch_not_found',
  'batch_running',
  'no_targets',
  'idempotency_key_reused',
  'method_not_allowed',
  'conflict',
  'payload_too_large',
  'unsupported_media_type',
  'misdirected_request',
  'too_many_requests',
  // HTTP: server
  'storage_unavailable',
  'server_busy',
  'internal',
  // wire
  'protocol',
  'auth_failed',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** What else an answer may tell about an error. Every field is safe to show to whoever asked. */
export interface ErrorDetails {
  /** Name of the request field that was refused, dotted (`body.username`). */
  readonly field?: string;
  /** Words a program wrote about the field, in English. */
  readonly reason?: string;
  readonly retryAfterSecs?: number;
}

export class OpsError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails & { cause?: unknown } = {}) {
    const { cause, ...rest } = details;
    super(rest.reason ? `${code}: ${rest.reason}` : code, { cause });
    this.name = 'OpsError';
    this.code = code;
    this.details = rest;
  }
}
