/** Turns whatever was thrown into the answer of a failure: status, body and headers. Nothing else leaves the server. */
import { OpsError } from '@ops/protocol/errors.ts';
import type { ErrorCode } from '@ops/protocol/errors.ts';
import type { Failure, Words } from '@ops/protocol/http/endpoint.ts';

import { CommandRejected } from '../commands/command-rejected.ts';
import { PASSWORD_FAULTS } from '../auth/password-rules.ts';
import { RequestFault } from './request-fault.ts';
import { FAILURES, PASSWORD_FAULT_WORDS } from './words.ts';
import type { Language } from './words.ts';

export interface FailureAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Failure;
}

/** What Fastify throws by itself, by its code. */
const FRAMEWORK_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_BAD_URL: 'invalid_request',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_request',
};

/** Retry soon: what is full or broken for a moment. */
const BUSY_RETRY_SECS = 1;

/** @returns the error itself when it is one of ours, else `internal` with the cause kept for the log */
export function toOpsError(thrown: unknown): OpsError {
  if (thrown instanceof OpsError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return new OpsError(FRAMEWORK_CODES[code] ?? 'internal', { cause: thrown });
}

function detailOf(error: OpsError): Words | undefined {
  if (error instanceof CommandRejected) return error.refusal.detail;
  if (error instanceof RequestFault) return error.words;
  const fault = PASSWORD_FAULTS.find((known) => known === error.details.reason);
  if (error.code === 'weak_password' && fault) return PASSWORD_FAULT_WORDS[fault];
  const { field, reason } = error.details;
  if (error.code !== 'invalid_request' || field === undefined) return undefined;
  return reason === undefined
    ? { zh: field, en: field }
    : { zh: `${field}（${reason}）`, en: `${field} ${reason}` };
}

function refusalFields({ refusal, refusedBy }: CommandRejected, language: Language): Partial<Failure> {
  const { reason, detail } = refusal;
  return { reason: detail[language], rule: reason, token: detail.token, refused_by: refusedBy };
}

export function failureAnswer(error: OpsError, language: Language): FailureAnswer {
  const { status, ...sentence } = FAILURES[error.code];
  const detail = detailOf(error);
  const colon = language === 'zh' ? '：' : ': ';
  const { field, retryAfterSecs = status === 503 ? BUSY_RETRY_SECS : undefined } = error.details;
  const message = detail ? `${sentence[language]}${colon}${detail[language]}` : sentence[language];
  return {
    status,
    headers: {
      ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
      ...(retryAfterSecs !== undefined && { 'Retry-After': String(retryAfterSecs) }),
      ...(error instanceof RequestFault && error.headers),
    },
    body: {
      success: false,
      code: error.code,
      message,
      ...(field !== undefined && { field }),
      ...(status === 401 && { session_id: null }),
      ...(error instanceof CommandRejected && refusalFields(error, language)),
    },
  };
}
