/** The words of the overview. They are loaded with that page, not with the first. */
import { enOverview } from './en-overview.ts';
import type { Format } from './format.ts';
import { useText } from './use-text.ts';
import { zhOverview } from './zh-overview.ts';
import type { OverviewDictionary } from './zh-overview.ts';
import type { Dictionary } from './zh.ts';

export type OverviewText = Dictionary & OverviewDictionary;

const known = new Map<Dictionary, OverviewText>();

/** As `useText`, with the words of the overview among the others. */
export function useOverviewText(): { readonly text: OverviewText; readonly format: Format } {
  const { text, format, language } = useText();
  let whole = known.get(text);
  if (whole === undefined) {
    whole = { ...text, ...(language === 'zh' ? zhOverview : enOverview) };
    known.set(text, whole);
  }
  return { text: whole, format };
}
