import { REMEMBERED, recall } from '../preferences/remembered.ts';

export type Language = 'zh' | 'en';

/** What `<html lang>` and `Accept-Language` say. */
export const LANGUAGE_TAGS: Readonly<Record<Language, string>> = { zh: 'zh-CN', en: 'en' };

/** The first of the reader's languages that we speak; English to whoever speaks neither. */
export function preferredLanguage(remembered: string | null, wanted: readonly string[]): Language {
  if (remembered === 'zh' || remembered === 'en') return remembered;
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary === 'zh' || primary === 'en') return primary;
  }
  return 'en';
}

export function startLanguage(): Language {
  return preferredLanguage(recall(REMEMBERED.language), navigator.languages);
}
