/** The words of upgrades of clients. They are loaded with those pages, not with the first. */
import type { Format } from './format.ts';
import { enUpgrades } from './en-upgrades.ts';
import type { Language } from './language.ts';
import { useCommandText } from './use-command-text.ts';
import { zhUpgrades } from './zh-upgrades.ts';
import type { UpgradeDictionary } from './zh-upgrades.ts';
import type { CommandText } from './use-command-text.ts';

export type UpgradeText = CommandText & UpgradeDictionary;

const known = new Map<CommandText, UpgradeText>();

/** As `useCommandText`, with those of upgrades among the others. */
export function useUpgradeText(): {
  readonly text: UpgradeText;
  readonly format: Format;
  readonly language: Language;
} {
  const { text, format, language } = useCommandText();
  let whole = known.get(text);
  if (whole === undefined) {
    whole = { ...text, ...(language === 'zh' ? zhUpgrades : enUpgrades) };
    known.set(text, whole);
  }
  return { text: whole, format, language };
}
