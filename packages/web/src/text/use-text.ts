import { useConsole, useSignal } from '../console.ts';
import { createFormat } from './format.ts';
import type { Format } from './format.ts';
import type { Language } from './language.ts';
import type { Dictionary } from './zh.ts';

export interface Text {
  readonly text: Dictionary;
  readonly format: Format;
  readonly language: Language;
}

/** A file each: a reader of one language does not fetch the other. */
const DICTIONARIES: Readonly<Record<Language, () => Promise<Dictionary>>> = {
  zh: async () => (await import('./zh.ts')).zh,
  en: async () => (await import('./en.ts')).en,
};

const texts = new Map<Language, Text>();

/** Brings the words of a language. Needed before it is shown; rejects when its file cannot be had. */
export async function loadText(language: Language): Promise<void> {
  if (texts.has(language)) return;
  const text = await DICTIONARIES[language]();
  texts.set(language, { text, format: createFormat(language, text), language });
}

/** What was loaded. Throws when that was not yet. */
export function textOf(language: Language): Text {
  const found = texts.get(language);
  if (found === undefined) throw new Error(`the words of ${language} are shown before they are loaded`);
  return found;
}

/** The words and the formats of the reader's language. */
export function useText(): Text {
  return textOf(useSignal(useConsole().language));
}
