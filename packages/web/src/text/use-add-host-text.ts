/** The words of adding hosts. They are loaded with the pages that need them, not with the first. */
import { enAddHost } from './en-add-host.ts';
import type { Format } from './format.ts';
import { useText } from './use-text.ts';
import { zhAddHost } from './zh-add-host.ts';
import type { AddHostDictionary } from './zh-add-host.ts';
import type { Dictionary } from './zh.ts';

export type AddHostText = Dictionary & AddHostDictionary;

const known = new Map<Dictionary, AddHostText>();

/** As `useText`, with the words of adding hosts among the others. */
export function useAddHostText(): { readonly text: AddHostText; readonly format: Format } {
  const { text, format, language } = useText();
  let whole = known.get(text);
  if (whole === undefined) {
    whole = { ...text, ...(language === 'zh' ? zhAddHost : enAddHost) };
    known.set(text, whole);
  }
  return { text: whole, format };
}
