/** A planted bug: what is changed in which file, and the proof that must fail because of it. */
export interface Mutant {
  readonly name: string;
  /** What it breaks, in words. */
  readonly bug: string;
  /** Each text must occur exactly once. */
  readonly edits: readonly { readonly file: string; readonly find: string; readonly replace: string }[];
  /** The id of the proof, run at quick scale. */
  readonly caughtBy: string;
}

/** The changed text. @throws Error when the place is not there, or there twice */
export function plant(text: string, { file, find, replace }: Mutant['edits'][number]): string {
  const at = text.indexOf(find);
  if (at < 0) throw new Error(`${file} no longer has: ${find}`);
  if (text.includes(find, at + 1)) throw new Error(`${file} has more than once: ${find}`);
  return text.slice(0, at) + replace + text.slice(at + find.length);
}
