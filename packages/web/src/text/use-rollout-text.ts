/** The words of rollouts and releases. They are loaded with those pages, not with the first. */
import { enRollouts } from './en-rollouts.ts';
import type { Format } from './format.ts';
import type { Language } from './language.ts';
import { useAppText } from './use-app-text.ts';
import type { AppText } from './use-app-text.ts';
import { zhRollouts } from './zh-rollouts.ts';
import type { RolloutDictionary } from './zh-rollouts.ts';

export type RolloutText = AppText & RolloutDictionary;

const known = new Map<AppText, RolloutText>();

/** As `useAppText`, with the words of rollouts among the others. */
export function useRolloutText(): {
  readonly text: RolloutText;
  readonly format: Format;
  readonly language: Language;
} {
  const { text, format } = useAppText();
  const { language } = format;
  let whole = known.get(text);
  if (whole === undefined) {
    whole = { ...text, ...(language === 'zh' ? zhRollouts : enRollouts) };
    known.set(text, whole);
  }
  return { text: whole, format, language };
}
