/** What a command sees of the world: three streams, a language, a clock, and a person who may press Ctrl-C. */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Language, Text } from '@ops/runtime/language.ts';

export interface Terminal {
  readonly language: Language;
  readonly clock: Clock;
  /** Standard error is one. */
  readonly isErrorTerminal: boolean;
  /** Somebody can be asked. */
  readonly isInputTerminal: boolean;
  /** Columns of standard error. */
  readonly columns: number;
  /** Aborted by the first Ctrl-C. */
  readonly interrupted: AbortSignal;
  out(text: string): void;
  err(text: string): void;
  /** Asks on standard error; without echo for secrets. */
  ask(question: string, options: { readonly secret: boolean }): Promise<string>;
  /** Standard input to its end. */
  readInput(): Promise<string>;
}

export const say = (terminal: Pick<Terminal, 'language'>, text: Text): string => text[terminal.language];
