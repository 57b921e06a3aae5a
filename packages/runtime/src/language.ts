/** Text for people is written in both languages; which one is shown depends on where it is shown. */
export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

export type Text = Readonly<Record<Language, string>>;

/** The language a terminal asks for, by the rules of POSIX: LC_ALL, then LC_MESSAGES, then LANG; English otherwise. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const asked = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((value) => value);
  return asked?.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
