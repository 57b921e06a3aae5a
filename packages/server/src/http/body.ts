/** Reads the body of a request: JSON in UTF-8, shallow, without keys that reach for the prototype. */
import { RequestFault } from './request-fault.ts';

export const MAX_BODY_BYTES = 64 * 1024;
/** Objects and lists inside each other. No request of ours needs more than three. */
export const MAX_BODY_DEPTH = 16;

const PROTOTYPE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const utf8 = new TextDecoder('utf-8', { fatal: true });

function refuse(zh: string, en: string, cause?: unknown): never {
  throw new RequestFault('invalid_request', { field: 'body', words: { zh, en }, cause });
}

function inspect(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_BODY_DEPTH) refuse('JSON 嵌套过深', 'the JSON is nested too deep');
  for (const [key, content] of Object.entries(value)) {
    if (PROTOTYPE_KEYS.has(key)) refuse(`不允许的字段 ${key}`, `the field ${key} is not allowed`);
    inspect(content, depth + 1);
  }
}

/** @returns undefined for an empty body @throws RequestFault `invalid_request` */
export function parseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    refuse('不是有效的 JSON', 'this is not JSON in UTF-8', cause);
  }
  inspect(value, 1);
  return value;
}
