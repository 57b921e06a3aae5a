/**
 * Canonical JSON (RFC 8785): one text for one value, so that its hash can be computed again from what is stored. Keys
 * are sorted by UTF-16 code units, there is no white space, text is well-formed.
 */

/** Deeper than any detail we write; a cycle ends here too. */
export const MAX_CANONICAL_DEPTH = 16;

/** @throws TypeError for what JSON cannot say: functions, symbols, bigint, NaN, infinities, too deep or circular */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > MAX_CANONICAL_DEPTH)
    throw new TypeError(`deeper than ${MAX_CANONICAL_DEPTH} levels, or circular`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return canonicalText(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} is no JSON number`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value))
    return `[${value.map((item: unknown) => canonicalJson(item ?? null, depth + 1)).join(',')}]`;
  if (typeof value === 'object') {
    const keys = Object.keys(value);
    // Thousands of entries a second: what is written in order needs no second look.
    if (isCanonicalAsItIs(value, keys)) return JSON.stringify(value);
    let members = '';
    for (const key of keys.toSorted()) {
      const member: unknown = Reflect.get(value, key);
      if (member === undefined) continue;
      members += `${members === '' ? '' : ','}${canonicalText(key)}:${canonicalJson(member, depth + 1)}`;
    }
    return `{${members}}`;
  }
  throw new TypeError(`a ${typeof value} has no place in JSON`);
}

/** Its keys are in order, and nothing lies deeper. */
function isCanonicalAsItIs(value: object, keys: readonly string[]): boolean {
  if ('toJSON' in value) return false;
  let before = '';
  for (const key of keys) {
    if (key < before || !key.isWellFormed()) return false;
    before = key;
    const member: unknown = Reflect.get(value, key);
    if (typeof member === 'string' ? !member.isWellFormed() : !isSimple(member)) return false;
  }
  return true;
}

function isSimple(value: unknown): boolean {
  return value === null || value === undefined || typeof value === 'boolean' || Number.isFinite(value);
}

function canonicalText(text: string): string {
  return JSON.stringify(text.toWellFormed());
}
