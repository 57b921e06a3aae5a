/**
 * The HTTP API as data. One entry here is the route on the server (with its permission), the entry in OpenAPI and
 * the docs, and the types the console calls it with. A path that is not in the table is a 404.
 */
import { ERROR_CODES } from '../errors.ts';
import { s } from '../schema.ts';
import type { Infer, Schema } from '../schema.ts';

/**
 * Who may call.
 * - `public`: anybody.
 * - `session`: whoever signed in, also with the default password from elsewhere (to change it).
 * - `viewer`, `operator`, `admin`: a user of at least that role; a bearer token acts as operator.
 * - `metrics`: the bearer token, or a request from this very machine.
 */
export const ACCESS = ['public', 'session', 'viewer', 'operator', 'admin', 'metrics'] as const;
export type Access = (typeof ACCESS)[number];

export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** A text in both languages of the product. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `{name}` stands for one path segment. */
  readonly path: string;
  readonly access: Access;
  readonly tag:
    | 'authentication'
    | 'clients'
    | 'enrolment'
    | 'commands'
    | 'batches'
    | 'apps'
    | 'rollouts'
    | 'upgrades'
    | 'events'
    | 'health'
    | 'docs';
  readonly summary: Words;
  readonly params?: Schema<Readonly<Record<string, unknown>>>;
  readonly query?: Schema<Readonly<Record<string, unknown>>>;
  readonly body?: Schema<Readonly<Record<string, unknown>>>;
  /** Largest body in bytes, where it is not the 64 KiB of all others. */
  readonly maxBody?: number;
  /** What a success holds; text and streams name their media type instead. */
  readonly answer: Schema<unknown> | { readonly mediaType: string; readonly description: string };
  /** Failures beyond those every endpoint may have (400, 401, 403, 429, 500, 503), by status. */
  readonly failures?: Readonly<Record<number, string>>;
}

/** Keeps the exact types of an entry while holding it to `Endpoint`. */
export function endpoint<const E extends Endpoint>(entry: E): E {
  return entry;
}

type Part<E extends Endpoint, K extends 'params' | 'query' | 'body'> =
  E extends Readonly<Record<K, Schema<infer T>>> ? T : Readonly<Record<string, never>>;
export type ParamsOf<E extends Endpoint> = Part<E, 'params'>;
export type QueryOf<E extends Endpoint> = Part<E, 'query'>;
export type BodyOf<E extends Endpoint> = Part<E, 'body'>;
export type AnswerOf<E extends Endpoint> = E['answer'] extends Schema<unknown> ? Infer<E['answer']> : string;

/** The body of every failure. */
export const failure = s.object({
  success: s.oneOf([false]),
  code: s.oneOf(ERROR_CODES),
  message: s.string({
    max: 1024,
    description: 'For people: Chinese unless Accept-Language prefers English.',
  }),
  field: s.optional(s.string({ max: 256, description: 'The refused field, when one is to blame.' })),
  session_id: s.optional(s.nullable(s.string({ max: 36 }))),
  reason: s.optional(s.string({ max: 512, description: 'command_rejected: which rule, in words.' })),
  rule: s.optional(s.string({ max: 32, description: 'command_rejected: the rule of the policy.' })),
  token: s.optional(s.string({ max: 256, description: 'command_rejected: the part to blame.' })),
  refused_by: s.optional(s.described(s.oneOf(['server', 'host']), 'command_rejected: whose policy it was.')),
});
export type Failure = Infer<typeof failure>;

/** Seconds and nanoseconds since 1970: the manual's form of a time. */
export const timestamp = s.object({
  secs_since_epoch: s.integer({ min: 0 }),
  nanos_since_epoch: s.integer({ min: 0, max: 999_999_999 }),
});
export type Timestamp = Infer<typeof timestamp>;

export function toTimestamp(ms: number): Timestamp {
  const secs = Math.floor(ms / 1000);
  return { secs_since_epoch: secs, nanos_since_epoch: Math.round((ms - secs * 1000) * 1_000_000) };
}

export function fromTimestamp(at: Timestamp): number {
  return at.secs_since_epoch * 1000 + at.nanos_since_epoch / 1_000_000;
}
