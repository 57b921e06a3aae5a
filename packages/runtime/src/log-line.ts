/**
 * One event, one line: `2026-11-23T15:16:48.123Z [WARN] Sentence key=value other="with spaces"`. Pure.
 * Nothing in a value can end the line, pretend to be another one, or show a secret.
 */
import type { LogFields, LogLevel } from './log.ts';

/** Longer messages and values are cut: a log is for reading, and a hostile peer may choose the length. */
export const MAX_VALUE_CHARS = 4096;
/** Errors in a chain of causes, and levels of an object, that are shown. */
export const MAX_CAUSES = 8;

export const REDACTED = '[redacted]';

/** Fields whose value is nobody's business, whatever it is. */
const SECRET_FIELD = /pass(word|wd|phrase)|secret|token|cookie|authorization|credential|private_?key/i;

/** What moves the cursor, changes direction or hides: C0, DEL, C1, bidirectional and line separators. */
// oxlint-disable-next-line no-control-regex -- finding them is the point
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escape(text: string): string {
  return text.replace(UNSAFE, (c) => SHORT[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export type Redact = (text: string) => string;

/** Replaces every occurrence of the secrets. */
export function createRedact(secrets: readonly string[]): Redact {
  // Longest first: a secret may be part of another.
  const known = [...new Set(secrets)]
    .filter((secret) => secret !== '')
    .toSorted((a, b) => b.length - a.length);
  return (text) =>
    known.reduce((all, secret) => (all.includes(secret) ? all.replaceAll(secret, REDACTED) : all), text);
}

function cut(text: string): string {
  return text.length > MAX_VALUE_CHARS ? `${text.slice(0, MAX_VALUE_CHARS)}…` : text;
}

/** `message`, then every cause behind it. */
function causes(error: Error): string {
  const parts: string[] = [];
  let next: unknown = error;
  while (next instanceof Error && parts.length < MAX_CAUSES) {
    const code =
      'code' in next && typeof next.code === 'string' && !next.message.includes(next.code)
        ? ` (${next.code})`
        : '';
    parts.push(`${next.message || next.name}${code}`);
    next = next.cause;
  }
  return parts.join(', because: ');
}

function plain(value: unknown, redact: Redact): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return causes(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no date' : value.toISOString();
  try {
    return JSON.stringify(value, (key, inner: unknown) => {
      if (key !== '' && SECRET_FIELD.test(key)) return REDACTED;
      if (typeof inner === 'bigint') return String(inner);
      return typeof inner === 'string' ? redact(inner) : inner instanceof Error ? causes(inner) : inner;
    });
  } catch {
    return '[object that cannot be shown]';
  }
}

function field(key: string, value: unknown, redact: Redact): string {
  const name = key.replace(/[^A-Za-z0-9_.-]/g, '_');
  if (SECRET_FIELD.test(key)) return `${name}=${REDACTED}`;
  const text = cut(redact(plain(value, redact)));
  const bare = /^[^\s"\\=]+$/.test(text) && escape(text) === text;
  return `${name}=${bare ? text : escape(JSON.stringify(text))}`;
}

export interface LogEvent {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields | undefined;
  /** Milliseconds since 1970. */
  readonly wall: number;
  /** Whether stacks of errors are written. */
  readonly stacks: boolean;
}

/** @returns the line with its end */
export function formatLine(event: LogEvent, redact: Redact): string {
  const { level, message, fields = {}, wall, stacks } = event;
  let line = `${timestamp(wall)} [${level.toUpperCase()}] ${escape(cut(redact(message)))}`;
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    line += ` ${field(key, value, redact)}`;
    if (stacks && value instanceof Error && value.stack)
      line += ` ${field(`${key}_stack`, value.stack, redact)}`;
  }
  // Once more over the whole: a name of a field may hold a secret too.
  return `${redact(line)}\n`;
}

function timestamp(wall: number): string {
  const date = new Date(wall);
  return Number.isNaN(date.getTime()) ? 'no-time' : date.toISOString();
}
