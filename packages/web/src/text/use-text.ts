import { useConsole, useSignal } from '../console.ts';
import { en } from './en.ts';
import { createFormat } from './format.ts';
import type { Format } from './format.ts';
import type { Language } from './language.ts';
import { zh } from './zh.ts';
import type { Dictionary } from './zh.ts';

export interface Text {
  readonly text: Dictionary;
  readonly format: Format;
  readonly language: Language;
}

const TEXTS: Readonly<Record<Language, Text>> = {
  zh: { text: zh, format: createFormat('zh'), language: 'zh' },
  en: { text: en, format: createFormat('en'), language: 'en' },
};

/** The words and the formats of the reader's language. */
export function useText(): Text {
  return TEXTS[useSignal(useConsole().language)];
}
