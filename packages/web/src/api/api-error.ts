/**
 * Why a call failed: the server's code and its sentence for people, or one of two codes of our own.
 * - `unreachable`: no answer came.
 * - `unreadable`: an answer came that is not ours (a proxy's error page).
 */
import { ERROR_CODES } from '@ops/protocol/errors.ts';
import type { ErrorCode } from '@ops/protocol/errors.ts';

export type ApiErrorCode = ErrorCode | 'unreachable' | 'unreadable';

interface ApiErrorDetails {
  readonly status: number;
  readonly field?: string | undefined;
  readonly retryAfterSecs?: number | undefined;
  /** The decoded body, when there was one. */
  readonly body?: unknown;
}

export class ApiError extends Error {
  readonly code: ApiErrorCode;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly field: string | undefined;
  readonly retryAfterSecs: number | undefined;
  readonly body: unknown;

  constructor(code: ApiErrorCode, message: string, details: ApiErrorDetails) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = details.status;
    this.field = details.field;
    this.retryAfterSecs = details.retryAfterSecs;
    this.body = details.body;
  }
}

/** No answer of the server: none at all, or that of a proxy which got none. */
export function isNoAnswer({ code, status }: Pick<ApiError, 'code' | 'status'>): boolean {
  return code === 'unreachable' || (code === 'unreadable' && status >= 502 && status <= 504);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Turns a failed answer into an error, believing nothing about its shape. */
export function failureOf(status: number, body: unknown, retryAfter: string | null): ApiError {
  const fields = new Map(typeof body === 'object' && body !== null ? Object.entries(body) : []);
  const code = ERROR_CODES.find((known) => known === fields.get('code'));
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter);
  return new ApiError(code ?? 'unreadable', text(fields.get('message')) ?? `HTTP ${status}`, {
    status,
    body,
    field: text(fields.get('field')),
    retryAfterSecs: Number.isFinite(seconds) && seconds > 0 ? seconds : undefined,
  });
}
