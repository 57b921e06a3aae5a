/** What the policy says of a command. */

export const REFUSAL_RULES = [
  'EMPTY',
  'TOO_LONG',
  'BAD_CHARACTER',
  'TOO_MANY_ARGUMENTS',
  'DANGEROUS',
  'NOT_ALLOWED',
  'BAD_ARGUMENT',
  'BAD_SCRIPT_PATH',
] as const;
export type RefusalRule = (typeof REFUSAL_RULES)[number];

export interface Refusal {
  readonly ok: false;
  readonly reason: RefusalRule;
  readonly detail: {
    /** The part to blame, at most 256 characters; empty when it is the whole. */
    readonly token: string;
    /** Sentences for people: which rule, and what to do instead. */
    readonly zh: string;
    readonly en: string;
  };
}

/**
 * - `program`: `argv[0]` is looked up by the host among its system directories, or is `path`
 * - `script`: `argv[0]` is the path of a script, which the host opens by descriptors and gives to its interpreter
 * - `answer`: nothing is started; the host answers by itself
 */
export interface Allowed {
  readonly ok: true;
  readonly kind: 'program' | 'script' | 'answer';
  readonly argv: readonly string[];
  /** What runs, for people: argv joined by single spaces. */
  readonly normalised: string;
  /** Of a command from the configuration: its absolute path. */
  readonly path?: string;
  /** Longest time of a command from the configuration. */
  readonly maxSecs?: number;
  /** Run instead where `argv[0]` is not installed. */
  readonly otherwise?: readonly string[];
  /** Of an `answer`. */
  readonly answer?: { readonly exitCode: number; readonly stdout: string; readonly stderr: string };
}

export type Verdict = Allowed | Refusal;
