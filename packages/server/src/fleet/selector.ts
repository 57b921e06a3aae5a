/**
 * Kubernetes label selectors: requirements with a comma between them, all of which must hold.
 *
 *   key = value   key == value      the label has this value (which may be empty)
 *   key != value                    it has another value, or the label is missing
 *   key in (a, b)                   it has one of these values
 *   key notin (a, b)                it has none of them, or the label is missing
 *   key           !key              the label is there, or is not, whatever its value
 *
 * One pass from left to right, no backtracking: time grows with the length of the text only.
 */
import { LABEL_KEY_PATTERN, LABEL_VALUE_PATTERN } from '@ops/protocol/domain/client.ts';
import type { Labels } from '@ops/protocol/domain/client.ts';
import { OpsError } from '@ops/protocol/errors.ts';

export interface Requirement {
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | 'missing';
  /** Empty for `exists` and `missing`. */
  readonly values: ReadonlySet<string>;
}

/** Longest key Kubernetes knows: a prefix of 253 characters, a slash, a name of 63. */
const MAX_KEY = 317;
const MAX_VALUE = 63;
const NONE: ReadonlySet<string> = new Set();
/** End a word, as they do in Kubernetes; `<` and `>` are its operators for numbers, which are not known here. */
const SIGNS: ReadonlySet<string> = new Set('=!(),<>');
const SPACES: ReadonlySet<string> = new Set(' \t\r\n');

function refuse(expected: string, position: number): never {
  throw new OpsError('invalid_request', {
    field: 'query.selector',
    reason: `${expected} expected at character ${position + 1}`,
  });
}

/** @throws OpsError `invalid_request` with field `query.selector` and the position, counted from 1 */
export function parseSelector(text: string): readonly Requirement[] {
  let at = 0;

  function skipSpaces(): void {
    while (at < text.length && SPACES.has(text[at]!)) at++;
  }

  /** Takes `sign` when it comes next. */
  function take(sign: string): boolean {
    skipSpaces();
    if (!text.startsWith(sign, at)) return false;
    at += sign.length;
    return true;
  }

  /** Everything up to a space or a sign; may be empty. */
  function word(): string {
    skipSpaces();
    const start = at;
    while (at < text.length && !SPACES.has(text[at]!) && !SIGNS.has(text[at]!)) at++;
    return text.slice(start, at);
  }

  function key(): string {
    const found = word();
    if (found.length === 0 || found.length > MAX_KEY || !LABEL_KEY_PATTERN.test(found)) {
      refuse('a label key', at - found.length);
    }
    return found;
  }

  function value(): string {
    const found = word();
    if (found.length > MAX_VALUE || !LABEL_VALUE_PATTERN.test(found))
      refuse('a label value', at - found.length);
    return found;
  }

  function valueList(): ReadonlySet<string> {
    if (!take('(')) refuse('"("', at);
    const start = at;
    if (take(')')) refuse('a label value', start);
    const values = new Set<string>();
    do values.add(value());
    while (take(','));
    if (!take(')')) refuse('"," or ")"', at);
    return values;
  }

  function requirement(): Requirement {
    if (take('!')) return { key: key(), operator: 'missing', values: NONE };
    const name = key();
    if (take('!=')) return { key: name, operator: 'notin', values: new Set([value()]) };
    if (take('==') || take('=')) return { key: name, operator: 'in', values: new Set([value()]) };
    skipSpaces();
    const start = at;
    const operator = word();
    if (operator === 'in' || operator === 'notin') return { key: name, operator, values: valueList() };
    if (operator !== '') refuse('"=", "!=", "in", "notin" or ","', start);
    return { key: name, operator: 'exists', values: NONE };
  }

  const requirements: Requirement[] = [];
  do requirements.push(requirement());
  while (take(','));
  skipSpaces();
  if (at < text.length) refuse('","', at);
  return requirements;
}

function holds(requirement: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  if (requirement.operator === 'exists') return value !== undefined;
  if (requirement.operator === 'missing') return value === undefined;
  const among = value !== undefined && requirement.values.has(value);
  return requirement.operator === 'in' ? among : !among;
}

/** @throws OpsError as `parseSelector` */
export function createSelector(text: string): (labels: Labels) => boolean {
  const requirements = parseSelector(text);
  return (labels) => requirements.every((each) => holds(each, labels));
}
