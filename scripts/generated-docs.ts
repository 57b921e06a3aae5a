/** Every file of the repository of which a part is made from the code, as it should be. Reads files, writes none. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CLIENT_PROGRAM, CLIENT_SETTINGS } from '@ops/client/config.ts';
import type { Language } from '@ops/runtime/language.ts';
import { exampleToml, settingsMarkdown } from '@ops/runtime/settings-docs.ts';
import { SERVER_PROGRAM, SERVER_SETTINGS } from '@ops/server/config.ts';

import {
  builtinsTable,
  ctlCommandsTable,
  ctlOptionsTable,
  endpointsTable,
  limitsTable,
  messagesTable,
  metricsTable,
  predefinedTable,
} from './generated-tables.ts';
import { manualFoot } from './manual-pages.ts';

const ROOT = join(import.meta.dirname, '..');

export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** What may stand between `<!-- generated: NAME -->` and `<!-- /generated: NAME -->`. */
const PARTS: Readonly<Record<string, (language: Language, path: string) => string>> = {
  limits: limitsTable,
  messages: messagesTable,
  endpoints: endpointsTable,
  metrics: metricsTable,
  builtins: builtinsTable,
  'opsctl-commands': ctlCommandsTable,
  'opsctl-options': ctlOptionsTable,
  predefined: predefinedTable,
  'manual-foot': manualFoot,
  'server-settings': (language) => settingsMarkdown(SERVER_SETTINGS, language),
  'client-settings': (language) => settingsMarkdown(CLIENT_SETTINGS, language),
};

const MARKED = /<!-- generated: ([a-z-]+) -->\n[\s\S]*?<!-- \/generated: \1 -->/g;

/** @throws Error for a mark that names no part */
export function withGeneratedParts(path: string, text: string): string {
  const language: Language = /(^|[./])zh-CN(\.md$|\/)/.test(path) ? 'zh' : 'en';
  return text.replace(MARKED, (_, name: string) => {
    const part = PARTS[name];
    if (!part)
      throw new Error(`${path}: nothing is called "${name}"; known: ${Object.keys(PARTS).join(', ')}`);
    // The blank lines are Markdown's: without them the comment would swallow the table. The formatter leaves it alone.
    return `<!-- generated: ${name} -->\n\n<!-- prettier-ignore -->\n${part(language, path)}\n\n<!-- /generated: ${name} -->`;
  });
}

function documents(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return documents(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

export function generatedFiles(): GeneratedFile[] {
  const marked = documents('docs')
    .map((path) => ({ path, before: readFileSync(join(ROOT, path), 'utf8') }))
    .filter(({ before }) => before.includes('<!-- generated: '))
    .map(({ path, before }) => ({ path, text: withGeneratedParts(path, before) }));
  return [
    { path: 'config.example.toml', text: exampleToml(SERVER_SETTINGS, SERVER_PROGRAM) },
    { path: 'client-config.example.toml', text: exampleToml(CLIENT_SETTINGS, CLIENT_PROGRAM) },
    ...marked,
  ];
}
