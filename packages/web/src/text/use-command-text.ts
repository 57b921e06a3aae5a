/** The words of the pages of commands. They are loaded with those pages, not with the first. */
import type { Format } from './format.ts';
import { enCommands } from './en-commands.ts';
import type { Language } from './language.ts';
import { useText } from './use-text.ts';
import { zhCommands } from './zh-commands.ts';
import type { CommandDictionary } from './zh-commands.ts';
import type { Dictionary } from './zh.ts';

export type CommandText = Dictionary & CommandDictionary;

const known = new Map<Dictionary, CommandText>();

/** As `useText`, with the words of commands among the others. */
export function useCommandText(): {
  readonly text: CommandText;
  readonly format: Format;
  readonly language: Language;
} {
  const { text, format, language } = useText();
  let whole = known.get(text);
  if (whole === undefined) {
    whole = { ...text, ...(language === 'zh' ? zhCommands : enCommands) };
    known.set(text, whole);
  }
  return { text: whole, format, language };
}
