import { health } from '@ops/protocol/http/health.ts';
import { useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '../ui/icons.ts';

import { useConsole } from '../console.ts';
import { REMEMBERED, remember } from '../preferences/remembered.ts';
import { LANGUAGE_TAGS } from '../text/language.ts';
import type { Language } from '../text/language.ts';
import { loadText, useText } from '../text/use-text.ts';
import { Menu, MenuItem } from '../ui/Menu.tsx';
import styles from './Preferences.module.css';

/** Switches to the other language; its name is written in that language. */
export function LanguageButton() {
  const { text, language } = useText();
  const { language: chosen, api } = useConsole();
  const other: Language = language === 'zh' ? 'en' : 'zh';

  async function change(): Promise<void> {
    try {
      await loadText(other);
      chosen.set(other);
    } catch {
      // Its file cannot be had. While the server is away the console says so; otherwise the file is gone with an
      // update, and the console is loaded anew.
      if ((await api.call(health, {}).catch(() => undefined)) === undefined) return;
      remember(REMEMBERED.language, other);
      globalThis.location.reload();
    }
  }

  return (
    <button type="button" className={styles.tool} lang={LANGUAGE_TAGS[other]} onClick={() => void change()}>
      {text.otherLanguage}
    </button>
  );
}

const SCHEMES = [
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
  { value: 'auto', icon: IconDeviceDesktop },
] as const;

export function SchemeMenu() {
  const { text } = useText();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const names = { light: text.schemeLight, dark: text.schemeDark, auto: text.schemeAuto };
  const Glyph = (SCHEMES.find(({ value }) => value === colorScheme) ?? SCHEMES[2]).icon;
  return (
    <Menu
      label={`${text.scheme}: ${names[colorScheme]}`}
      className={styles.tool}
      face={<Glyph size={18} stroke={1.7} aria-hidden />}
    >
      {SCHEMES.map(({ value, icon: Choice }) => (
        <MenuItem
          key={value}
          icon={<Choice size={16} stroke={1.7} aria-hidden />}
          checked={value === colorScheme}
          onClick={() => setColorScheme(value)}
        >
          {names[value]}
        </MenuItem>
      ))}
    </Menu>
  );
}
