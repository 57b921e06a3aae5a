/** Waves as a person types them: `1, 10%, rest`. Pure. */
import { MAX_WAVES, WAVE_PATTERN } from '@ops/protocol/domain/rollout.ts';

const REST = 'rest';
/** Words for what is left, in both languages: an address may come from a reader of the other one. */
const REST_WORDS: ReadonlySet<string> = new Set([REST, '其余', '剩余']);

export type WavesRead =
  | { readonly waves: readonly string[] }
  /** The part that is not understood; empty: there are none, or too many. */
  | { readonly wrong: string };

export function readWaves(typed: string): WavesRead {
  const parts = typed
    .toLowerCase()
    .split(/[\s,，、;；]+/u)
    .filter((part) => part !== '')
    .map((part) => (REST_WORDS.has(part) ? REST : part.replace('％', '%')));
  if (parts.length === 0 || parts.length > MAX_WAVES) return { wrong: '' };
  const wrong = parts.find(
    // What is left is left only once, at the end.
    (part, index) => !WAVE_PATTERN.test(part) || (part === REST && index < parts.length - 1),
  );
  return wrong === undefined ? { waves: parts } : { wrong };
}

/** @param rest what is left, in the reader's language */
export function writeWaves(waves: readonly string[], rest: string): string {
  return waves.map((wave) => (wave === REST ? rest : wave)).join(', ');
}
