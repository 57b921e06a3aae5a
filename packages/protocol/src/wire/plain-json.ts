/**
 * One pass over the bytes of JSON that needs no second thought: no white space, text of printable ASCII and Han
 * characters without escapes, numbers of few digits without sign and exponent, known keys, each at most once, in any order.
 * It makes nothing but the numbers it is asked for. What is not plain is not wrong: it is for a reader that takes longer
 * (json.ts).
 *
 * One pass is under way at a time, over bytes copied here: the engine reads an array it knows four times as fast as one
 * it is given, and a copy costs next to nothing.
 */
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
const LAST_PRINTABLE = 0x7e;
/** Of three bytes of UTF-8: U+4000 to U+9FFF, one character each, and none that hides or turns anything round. */
const FIRST_HAN = 0xe4;
const LAST_HAN = 0xe9;

/** Those a double holds exactly: an exact number divided by one of them is rounded once, as by any JSON parser. */
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, power) => 10 ** power);

/** For `skip`. @param text of ASCII */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The keys an object may have, as they are written. */
export interface Keys {
  readonly written: readonly Uint8Array[];
  /** A bit for each. */
  readonly all: number;
}

/** @param names at most 31 */
export function keysOf(...names: string[]): Keys {
  return { written: names.map((name) => bytesOf(`"${name}":`)), all: 2 ** names.length - 1 };
}

/** Bytes of the longest text that is looked at. */
const MAX_PLAIN = 16_384;
/** The text and a byte behind it that ends everything. */
const json = new Uint8Array(MAX_PLAIN + 1);
let at = 0;
let end = 0;

/** Begins a pass. @returns false when the text is too long for it */
export function start(text: Buffer): boolean {
  if (text.length > MAX_PLAIN) return false;
  json.set(text);
  json[text.length] = 0;
  at = 0;
  end = text.length;
  return true;
}

export function isAtEnd(): boolean {
  return at === end;
}

/** Where the pass stands: behind what was read last, unless that was not plain. */
export function position(): number {
  return at;
}

/** Steps over these bytes when they are next. */
export function skip(expected: Uint8Array): boolean {
  const from = at;
  for (let i = 0; i < expected.length; i++) if (json[from + i] !== expected[i]) return false;
  at = from + expected.length;
  return true;
}

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;

/** @returns the next number, from 0 to `max`; NaN when it is not plain */
export function number(max: number): number {
  let place = at;
  let digits = 0;
  let byte = json[place]!;
  for (; byte >= ZERO && byte <= NINE; byte = json[++place]!) digits = digits * 10 + (byte - ZERO);
  const before = place - at;
  // None begins with a zero but the one that ends with it.
  if (before === 0 || (before > 1 && json[at] === ZERO)) return NaN;
  let behind = 0;
  if (byte === POINT) {
    byte = json[++place]!;
    for (; byte >= ZERO && byte <= NINE; byte = json[++place]!) digits = digits * 10 + (byte - ZERO);
    behind = place - at - before - 1;
    if (behind === 0 || behind >= POWERS_OF_TEN.length) return NaN;
  }
  // Exact up to here, so that it can be seen when it no longer is.
  if (digits > Number.MAX_SAFE_INTEGER) return NaN;
  at = place;
  const value = behind === 0 ? digits : digits / POWERS_OF_TEN[behind]!;
  return value <= max ? value : NaN;
}

/** @returns the same for a whole number */
export function whole(max: number): number {
  const value = number(max);
  return Number.isInteger(value) ? value : NaN;
}

/**
 * Steps over a string of at most `max` characters, as JavaScript counts them.
 * @returns false when it is not plain
 */
export function skipText(max: number): boolean {
  if (json[at] !== QUOTE) return false;
  let place = at + 1;
  let chars = 0;
  for (let byte = json[place]!; byte !== QUOTE; byte = json[++place]!) {
    if (byte >= FIRST_HAN && byte <= LAST_HAN) {
      if (!isContinuation(json[++place]!) || !isContinuation(json[++place]!)) return false;
    } else if (!(byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE) || byte === BACKSLASH) {
      return false;
    }
    chars++;
  }
  if (chars > max) return false;
  at = place + 1;
  return true;
}

/** Steps over a key. @returns which of `keys` it is, most likely `expected`; -1 when it is none of them */
function keyAt(keys: readonly Uint8Array[], expected: number): number {
  for (let tried = 0; tried < keys.length; tried++) {
    const place = (expected + tried) % keys.length;
    if (skip(keys[place]!)) return place;
  }
  return -1;
}

/**
 * @param take reads the value of one field, told which of `keys` it is; returns false when that is not plain
 * @returns a bit for each field that was there; -1 when the object is not plain
 */
export function object({ written }: Keys, take: (field: number) => boolean): number {
  if (json[at++] !== OPEN_OBJECT) return -1;
  let seen = 0;
  if (json[at] === CLOSE_OBJECT) {
    at++;
    return seen;
  }
  for (let expected = 0; ; expected++) {
    const field = keyAt(written, expected);
    if (field < 0 || (seen & (1 << field)) !== 0 || !take(field)) return -1;
    seen |= 1 << field;
    // Most write their fields in the same order.
    expected = field;
    const next = json[at++];
    if (next === CLOSE_OBJECT) return seen;
    if (next !== COMMA) return -1;
  }
}

/**
 * @param take reads one entry; returns false when that is not plain
 * @returns how many there are; -1 when there are more than `max`, or one is not plain
 */
export function list(max: number, take: (entry: number) => boolean): number {
  if (json[at++] !== OPEN_LIST) return -1;
  if (json[at] === CLOSE_LIST) {
    at++;
    return 0;
  }
  for (let entry = 0; entry < max; entry++) {
    if (!take(entry)) return -1;
    const next = json[at++];
    if (next === CLOSE_LIST) return entry + 1;
    if (next !== COMMA) return -1;
  }
  return -1;
}
