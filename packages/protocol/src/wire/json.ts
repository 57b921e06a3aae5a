/**
 * JSON as a hostile peer may write it: refuses invalid UTF-8, nesting deeper than MAX_DEPTH, more than MAX_KEYS
 * keys in an object, a key given twice, keys that reach into prototypes, and numbers that lose precision.
 */
import { isUtf8 } from 'node:buffer';

import { FORBIDDEN_KEYS } from '../schema.ts';
import { WireError } from './wire-error.ts';
import { MAX_DEPTH, MAX_KEYS } from './limits.ts';

/** Shorter keys need no second look. */
const SHORTEST_FORBIDDEN = 9;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** Colons outside strings: in valid JSON exactly the number of keys written, repeated ones included. */
export function countWrittenKeys(json: Buffer): number {
  let keys = 0;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i];
    if (byte === COLON) keys++;
    else if (byte === QUOTE) {
      // Bytes of a longer character are never mistaken for these.
      for (i++; json[i] !== QUOTE; i++) if (json[i] === BACKSLASH) i++;
    }
  }
  return keys;
}

/** Counts the keys a parsed value holds, and refuses what must not be in it. */
function countKeptKeys(value: object, depth: number): number {
  if (depth > MAX_DEPTH) throw new WireError('depth', `nested deeper than ${MAX_DEPTH}`);
  if (Array.isArray(value)) {
    let kept = 0;
    for (const item of value) kept += look(item, depth);
    return kept;
  }
  // What JSON.parse makes has no enumerable fields but its own, `__proto__` included.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.parse made it, and it is no list
  const fields = value as Readonly<Record<string, unknown>>;
  let own = 0;
  let kept = 0;
  for (const key in fields) {
    own++;
    if (key.length >= SHORTEST_FORBIDDEN && FORBIDDEN_KEYS.has(key))
      throw new WireError('key', 'a forbidden key');
    kept += look(fields[key], depth);
  }
  if (own > MAX_KEYS) throw new WireError('keys', `more than ${MAX_KEYS} keys in an object`);
  return own + kept;
}

/** One item of a list, or one field: the keys inside it. */
function look(value: unknown, depth: number): number {
  if (typeof value === 'object') return value === null ? 0 : countKeptKeys(value, depth + 1);
  if (typeof value === 'number' && !(value <= Number.MAX_SAFE_INTEGER && value >= -Number.MAX_SAFE_INTEGER)) {
    throw new WireError('number', 'a number is out of the safe range');
  }
  return 0;
}

/** @throws WireError with code `utf8` or `json` */
export function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new WireError('utf8', 'not valid UTF-8');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new WireError('json', 'not valid JSON');
  }
}

/**
 * Refuses what JSON.parse lets pass.
 * @param value what `parseJson` made of `body`
 * @throws WireError with code `depth`, `keys`, `key`, `duplicate` or `number`
 */
export function checkStrict(value: unknown, body: Buffer): void {
  if (look(value, 0) !== countWrittenKeys(body)) throw new WireError('duplicate', 'a key is given twice');
}

/** Both, for any body. @throws WireError */
export function parseStrict(body: Buffer): unknown {
  const value = parseJson(body);
  checkStrict(value, body);
  return value;
}
