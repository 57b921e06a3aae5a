/** Where the value of a setting came from. */
export type Origin =
  | { readonly from: 'default' }
  | { readonly from: 'file'; readonly path: string; readonly line: number }
  /** `path`: the file a `…_FILE` variable names. */
  | { readonly from: 'variable'; readonly name: string; readonly path?: string }
  | { readonly from: 'option'; readonly name: string };

export function describeOrigin(origin: Origin): string {
  if (origin.from === 'default') return 'the default';
  if (origin.from === 'file') return `${origin.path}:${origin.line}`;
  if (origin.from === 'option') return `option ${origin.name}`;
  return origin.path === undefined ? origin.name : `${origin.name} (${origin.path})`;
}

/** Longest part of a value an error shows. */
const MAX_SHOWN = 60;

/** A value somebody wrote, on one line and not endless. */
export function quote(text: string): string {
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Bad usage or configuration. The message is one line that names the key, where the value came from and what is
 * accepted; it never holds a secret. Programs print it and exit with status 2.
 */
export class SettingsError extends Error {
  /** The TOML key, when one key is at fault. */
  readonly key: string | undefined;
  readonly origin: Origin | undefined;

  constructor(message: string, at: { key?: string; origin?: Origin; cause?: unknown } = {}) {
    super(message, { cause: at.cause });
    this.name = 'SettingsError';
    this.key = at.key;
    this.origin = at.origin;
  }
}

/** The one form of "this value of this key is wrong". `problem` is a sentence: `"x" is not a whole number`. */
export function keyFault(
  key: string,
  origin: Origin,
  problem: string,
  accepts?: string,
  cause?: unknown,
): SettingsError {
  const accepted = accepts === undefined ? '' : `; accepted: ${accepts}`;
  return new SettingsError(`${key} from ${describeOrigin(origin)}: ${problem}${accepted}`, {
    key,
    origin,
    cause,
  });
}
