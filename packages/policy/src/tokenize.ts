/** Length, alphabet and tokens of a command. There is no quoting, so there is none to get wrong. */
import { MAX_LENGTH, MAX_TOKEN_LENGTH, MAX_TOKENS } from './limits.ts';
import { badCharacter, empty, tokenTooLong, tooLong, tooManyArguments } from './refusal.ts';
import type { Refusal } from './verdict.ts';

/** Everything else is refused; nothing is decoded or normalised, which could create what was refused. */
export const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 _./:=@,+%-';

const ACCEPTED: readonly boolean[] = Array.from({ length: 128 }, (_, code) =>
  ALPHABET.includes(String.fromCharCode(code)),
);

const SPACE = 0x20;

/** @returns the tokens, at least one, or why there are none */
export function tokenize(command: string): readonly string[] | Refusal {
  let start = 0;
  let end = command.length;
  while (start < end && command.charCodeAt(start) === SPACE) start++;
  while (end > start && command.charCodeAt(end - 1) === SPACE) end--;
  if (start === end) return empty();
  if (end - start > MAX_LENGTH) return tooLong(end - start);

  const tokens: string[] = [];
  let from = start;
  for (let at = start; at <= end; at++) {
    const code = at === end ? SPACE : command.charCodeAt(at);
    if (code >= 128 || !ACCEPTED[code]) {
      return badCharacter(String.fromCodePoint(command.codePointAt(at)!), at - start + 1);
    }
    if (code !== SPACE) continue;
    if (at > from) tokens.push(command.slice(from, at));
    from = at + 1;
  }
  return outOfBounds(tokens) ?? tokens;
}

/** What is wrong with the number and length of tokens; asked again of what would run. */
export function outOfBounds(tokens: readonly string[]): Refusal | undefined {
  if (tokens.length > MAX_TOKENS) return tooManyArguments(tokens.length);
  const long = tokens.find((token) => token.length > MAX_TOKEN_LENGTH);
  if (long !== undefined) return tokenTooLong(long);
  const length = tokens.reduce((sum, token) => sum + token.length + 1, -1);
  return length > MAX_LENGTH ? tooLong(length) : undefined;
}
