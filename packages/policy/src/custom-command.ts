/** A command that comes from the configuration: `[[commands]]`, the same form on the server and on the client. */

/** One place of the argument list. There is no "any argument". */
export type ArgumentRule = (
  | { readonly literal: string }
  | { readonly enum: readonly string[] }
  /** Whole match; at most `max` characters. */
  | { readonly pattern: string; readonly max: number }
  /** An absolute path without `..` beneath this directory, by components. */
  | { readonly pathUnder: string }
) & { readonly optional?: boolean; readonly repeatable?: boolean };

export interface CustomCommand {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly label?: string | undefined;
  readonly category?: string | undefined;
  readonly maxSecs?: number | undefined;
  readonly args: readonly ArgumentRule[];
}
