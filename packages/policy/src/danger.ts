/**
 * The danger list. It explains a refusal to people; what keeps these programs from running is the allow list. Whole
 * tokens only, so that `/add`, `rsync` or `libcurl4` stay what they are.
 */
import { dangerous } from './refusal.ts';
import type { Refusal } from './verdict.ts';

export const DANGER_LIST = [
  'rm -rf',
  'shutdown',
  'reboot',
  'mkfs',
  'fdisk',
  'dd',
  'curl',
  'wget',
  'nc',
] as const;

const WORDS: ReadonlySet<string> = new Set(DANGER_LIST);

/** @param tokens of the command, at least one */
export function findDanger(tokens: readonly string[]): Refusal | undefined {
  for (const [index, token] of tokens.entries()) {
    const word = (index === 0 ? token.slice(token.lastIndexOf('/') + 1) : token).toLowerCase();
    if (WORDS.has(word)) return dangerous(token, word);
    if (word.startsWith('mkfs.')) return dangerous(token, 'mkfs');
    if (word === 'rm' && removesTrees(tokens.slice(index + 1))) return dangerous(token, 'rm -rf');
  }
  return undefined;
}

/** Whether options of `rm` are recursive and force, in any order, clustering or abbreviation. */
function removesTrees(options: readonly string[]): boolean {
  let [recursive, force] = [false, false];
  for (const option of options) {
    const word = option.toLowerCase();
    if (word.startsWith('--')) {
      recursive ||= word.length > 2 && '--recursive'.startsWith(word);
      force ||= word.length > 2 && '--force'.startsWith(word);
    } else if (word.startsWith('-')) {
      recursive ||= word.includes('r');
      force ||= word.includes('f');
    }
  }
  return recursive && force;
}
