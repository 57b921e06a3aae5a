/** The words of the page of one host. They are loaded with that page, not with the first. */
import { enHost } from './en-host.ts';
import type { Format } from './format.ts';
import { useAppText } from './use-app-text.ts';
import type { AppText } from './use-app-text.ts';
import { zhHost } from './zh-host.ts';
import type { HostDictionary } from './zh-host.ts';

export type HostText = AppText & HostDictionary;

const known = new Map<AppText, HostText>();

/** As `useAppText`, with the words of the page of one host among the others. */
export function useHostText(): { readonly text: HostText; readonly format: Format } {
  const { text, format } = useAppText();
  let whole = known.get(text);
  if (whole === undefined) {
    whole = { ...text, ...(format.language === 'zh' ? zhHost : enHost) };
    known.set(text, whole);
  }
  return { text: whole, format };
}
