/** The words of the palette and of the list of shortcuts. They are loaded with those, not with the first page. */
import { enKeys } from './en-keys.ts';
import type { Format } from './format.ts';
import { useCommandText } from './use-command-text.ts';
import type { CommandText } from './use-command-text.ts';
import { zhKeys } from './zh-keys.ts';
import type { KeysDictionary } from './zh-keys.ts';

export type KeysText = CommandText & KeysDictionary;

const known = new Map<CommandText, KeysText>();

/** As `useCommandText`, with these words among the others. */
export function useKeysText(): { readonly text: KeysText; readonly format: Format } {
  const { text, format, language } = useCommandText();
  let whole = known.get(text);
  if (whole === undefined) {
    whole = { ...text, ...(language === 'zh' ? zhKeys : enKeys) };
    known.set(text, whole);
  }
  return { text: whole, format };
}
