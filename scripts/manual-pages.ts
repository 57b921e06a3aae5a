/** The pages of docs/manual in their order, one a chapter, the same names in both languages. Reads files, writes none. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Language } from '@ops/runtime/language.ts';

const ROOT = join(import.meta.dirname, '..');

const FOLDERS: Readonly<Record<Language, string>> = { en: 'docs/manual/en', zh: 'docs/manual/zh-CN' };
const CONTENTS: Readonly<Record<Language, string>> = { en: 'Contents', zh: '目录' };
const THE_OTHER: Readonly<Record<Language, readonly [Language, string]>> = {
  en: ['zh', '中文'],
  zh: ['en', 'English'],
};

export interface ManualPage {
  /** `03-installing.md`: the number is its place. */
  readonly name: string;
  /** From the root of the repository. */
  readonly path: string;
  /** Its heading. */
  readonly title: string;
  readonly text: string;
}

/** In reading order, without the index. @throws Error for a page without a heading */
export function manualPages(language: Language): ManualPage[] {
  const folder = FOLDERS[language];
  return readdirSync(join(ROOT, folder))
    .filter((name) => /^\d\d-[a-z-]+\.md$/.test(name))
    .toSorted()
    .map((name) => {
      const path = `${folder}/${name}`;
      const text = readFileSync(join(ROOT, path), 'utf8');
      const title = /^# (.+)$/m.exec(text)?.[1];
      if (title === undefined) throw new Error(`${path}: no line "# title"`);
      return { name, path, title, text };
    });
}

/** Where to go from the foot of a page: back, to the contents, on, and to the same page in the other language. */
export function manualFoot(language: Language, path: string): string {
  const pages = manualPages(language);
  const index = pages.findIndex((page) => page.path === path);
  if (index < 0) throw new Error(`${path}: no page of the manual`);
  const [before, after] = [pages[index - 1], pages[index + 1]];
  const [other, inOther] = THE_OTHER[language];
  return [
    ...(before ? [`← [${before.title}](${before.name})`] : []),
    `[${CONTENTS[language]}](README.md)`,
    ...(after ? [`[${after.title}](${after.name}) →`] : []),
    `[${inOther}](../${FOLDERS[other].slice('docs/manual/'.length)}/${pages[index]!.name})`,
  ].join(' · ');
}
