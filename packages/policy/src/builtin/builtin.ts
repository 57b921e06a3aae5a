/** What a built-in command is: a grammar, and where needed what must hold between its arguments and what runs instead. */
import type { Fault, Grammar, Part } from '../grammar.ts';
import type { Allowed } from '../verdict.ts';
import type { Sentence } from '../sentence.ts';

/** What runs, when it is not what was typed. */
export interface Settled {
  /** Arguments after the name. */
  readonly args: readonly string[];
  readonly otherwise?: readonly string[] | undefined;
}

export interface Builtin {
  readonly name: string;
  readonly grammar: Grammar;
  /** Tempting and refused on purpose, for the documentation. */
  readonly refused?: Sentence;
  /** What is changed before it runs, for the documentation. */
  readonly changed?: Sentence;
  readonly settle?: (parts: readonly Part[]) => Settled | { readonly fault: Fault };
  /** Nothing is started: this is the answer. */
  readonly answer?: NonNullable<Allowed['answer']>;
}
