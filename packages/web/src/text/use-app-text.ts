/** The words of the page of applications. They are loaded with that page, not with the first. */
import { enApps } from './en-apps.ts';
import type { Format } from './format.ts';
import { useText } from './use-text.ts';
import { zhApps } from './zh-apps.ts';
import type { AppDictionary } from './zh-apps.ts';
import type { Dictionary } from './zh.ts';

export type AppText = Dictionary & AppDictionary;

const known = new Map<Dictionary, AppText>();

/** As `useText`, with the words of applications among the others. */
export function useAppText(): { readonly text: AppText; readonly format: Format } {
  const { text, format, language } = useText();
  let whole = known.get(text);
  if (whole === undefined) {
    whole = { ...text, ...(language === 'zh' ? zhApps : enApps) };
    known.set(text, whole);
  }
  return { text: whole, format };
}
