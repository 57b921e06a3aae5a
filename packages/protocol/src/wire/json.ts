/**
 * JSON as a hostile peer may write it: refuses invalid UTF-8, nesting deeper than MAX_DEPTH, more than MAX_KEYS
 * keys in an object, a key given twice, keys that reach into prototypes, and numbers that lose precision.
 */
import { isUtf8 } from 'node:buffer';

import { isObject } from '../schema.ts';
import { WireError } from './wire-error.ts';
import { MAX_DEPTH, MAX_KEYS } from './limits.ts';

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** Colons outside strings: in valid JSON exactly the number of keys written, repeated ones included. */
function countWrittenKeys(text: string): number {
  let keys = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === COLON) keys++;
    else if (code === QUOTE) {
      i++;
      for (let c = text.charCodeAt(i); c !== QUOTE; c = text.charCodeAt(i)) i += c === BACKSLASH ? 2 : 1;
    }
  }
  return keys;
}

/** Counts the keys a value holds, and refuses what must not be in it. */
function countKeptKeys(value: unknown, depth: number): number {
  if (typeof value === 'number') {
    if (value > Number.MAX_SAFE_INTEGER || value < -Number.MAX_SAFE_INTEGER) {
      throw new WireError('number', 'a number is out of the safe range');
    }
    return 0;
  }
  const list = Array.isArray(value);
  if (!list && !isObject(value)) return 0;
  if (depth >= MAX_DEPTH) throw new WireError('depth', `nested deeper than ${MAX_DEPTH}`);
  let kept = 0;
  if (list) {
    for (const item of value) kept += countKeptKeys(item, depth + 1);
    return kept;
  }
  const keys = Object.keys(value);
  if (keys.length > MAX_KEYS) throw new WireError('keys', `more than ${MAX_KEYS} keys in an object`);
  for (const key of keys) {
    if (FORBIDDEN_KEYS.has(key)) throw new WireError('key', 'a forbidden key');
    kept += 1 + countKeptKeys(value[key], depth + 1);
  }
  return kept;
}

/**
 * Parses the body of a frame.
 * @throws WireError with code `utf8`, `json`, `depth`, `keys`, `key`, `duplicate` or `number`.
 */
export function parseStrict(body: Buffer): unknown {
  if (!isUtf8(body)) throw new WireError('utf8', 'not valid UTF-8');
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WireError('json', 'not valid JSON');
  }
  if (countKeptKeys(value, 0) !== countWrittenKeys(text))
    throw new WireError('duplicate', 'a key is given twice');
  return value;
}
