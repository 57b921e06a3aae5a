/** Why the link is not up: one class, a closed list of kinds, and the words people read. */
import { WireError } from '@ops/protocol/wire/wire-error.ts';

/**
 * `soon`: the retry delays grow from a short one. `slow`: trying again will hardly mend it (a refused secret, a wrong
 * certificate, a doubled identity), so the client waits long from the first time on.
 */
export const FAILURES = {
  /** No connection came about. */
  unreachable: { pace: 'soon' },
  /** The server's certificate is not the one that was asked for, or TLS does not work. */
  untrusted: { pace: 'slow' },
  /** Either side could not prove itself. */
  authentication: { pace: 'slow' },
  /** The server does not want this client, or speaks another language. */
  refused: { pace: 'slow' },
  /** The connection broke, fell silent or carried nonsense. */
  lost: { pace: 'soon' },
  /** The server said goodbye and will be back. */
  goodbye: { pace: 'soon' },
} as const;

export type FailureKind = keyof typeof FAILURES;

export class LinkFailure extends Error {
  readonly kind: FailureKind;
  /** The server's wish: come back within this time. */
  readonly comeBackInMs: number | undefined;

  /** @param message for a person; begins with a capital letter when it is a known phrase of the system */
  constructor(kind: FailureKind, message: string, options: { cause?: unknown; comeBackInMs?: number } = {}) {
    super(message, { cause: options.cause });
    this.name = 'LinkFailure';
    this.kind = kind;
    this.comeBackInMs = options.comeBackInMs;
  }
}

/** The words of strerror, as the manual prints them. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  ECONNABORTED: 'Software caused connection abort',
  ETIMEDOUT: 'Connection timed out',
  EHOSTUNREACH: 'No route to host',
  EHOSTDOWN: 'Host is down',
  ENETUNREACH: 'Network is unreachable',
  ENETDOWN: 'Network is down',
  ENOTFOUND: 'Name or service not known',
  EAI_AGAIN: 'Temporary failure in name resolution',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EADDRINUSE: 'Address already in use',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  EPIPE: 'Broken pipe',
  EMFILE: 'Too many open files',
  ENFILE: 'Too many open files in system',
  ENOBUFS: 'No buffer space available',
};

export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Several addresses were tried: the first failure stands for all.
  return error instanceof AggregateError ? errorCode(error.errors[0]) : undefined;
}

/** An error of the operating system in the words of the manual; any other in its own. */
export function describeError(error: unknown): string {
  const code = errorCode(error);
  const known = code === undefined ? undefined : SYSTEM_ERRORS[code];
  if (known !== undefined) return known;
  if (error instanceof Error && error.message !== '') return error.message;
  return code ?? 'unknown error';
}

/** Whatever was thrown while a connection was served, as the failure it is. */
export function asFailure(cause: unknown): LinkFailure {
  if (cause instanceof LinkFailure) return cause;
  if (cause instanceof WireError)
    return new LinkFailure('lost', `The server broke the protocol: ${cause.message}`, { cause });
  return new LinkFailure('lost', `A message of the server could not be handled: ${describeError(cause)}`, {
    cause,
  });
}
