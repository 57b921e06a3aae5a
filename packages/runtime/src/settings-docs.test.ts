import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';

import { exampleToml, settingsMarkdown } from './settings-docs.ts';
import { integer, line } from './settings-kinds.ts';
import type { Program, SettingsTable } from './settings-table.ts';

const TABLE: SettingsTable = {
  web_port: {
    kind: integer({ min: 1, max: 9 }),
    variable: 'OPS_WEB_PORT',
    aliases: ['--port'],
    default: 8,
    meaning: { en: 'The port.', zh: '端口。' },
  },
  patience: {
    kind: integer({ min: 1, max: 9 }),
    variable: 'OPS_PATIENCE',
    default: 3,
    defaultMeans: { en: 'then for ever', zh: '此后一直' },
    explicitMatters: true,
    meaning: { en: 'How often.', zh: '次数。' },
  },
  key: {
    kind: line({ max: 9, accepts: { en: 'a|b', zh: '甲|乙' } }),
    variable: 'OPS_KEY',
    fileVariable: 'OPS_KEY_FILE',
    secret: true,
    example: 'change-me',
    meaning: { en: 'The key.', zh: '密钥。' },
  },
};
const PROGRAM: Program = {
  name: 'ops-trial',
  section: 'trial',
  otherSections: [],
  otherVariables: [],
  summary: { en: '', zh: '' },
};

describe('the example file', () => {
  const text = exampleToml(TABLE, PROGRAM);

  it('is valid, and sets nothing but defaults', () => {
    expect(parse(text)).toEqual({ trial: { web_port: 8 } });
  });

  it('shows every key with its meaning in both languages; what changes something by being set is commented out', () => {
    expect(text).toContain('# The port.\n# 端口。\nweb_port = 8\n');
    expect(text).toContain(
      '# How often. Unset: then for ever.\n# 次数。不设置时：此后一直。\n# patience = 3\n',
    );
    expect(text).toContain('# The key.\n# 密钥。\n# key = "change-me"\n');
  });
});

describe('the table of the documentation', () => {
  it('has a row for each setting in the language asked for', () => {
    expect(settingsMarkdown(TABLE, 'en').split('\n')).toEqual([
      '| key | variable | default | accepted | meaning |',
      '| --- | --- | --- | --- | --- |',
      '| `web_port` (`--port`) | `OPS_WEB_PORT` | `8` | a whole number from 1 to 9 | The port. |',
      '| `patience` | `OPS_PATIENCE` | `3` (then for ever) | a whole number from 1 to 9 | How often. |',
      '| `key` | `OPS_KEY` or `OPS_KEY_FILE` | none | a\\|b | The key. |',
    ]);
    expect(settingsMarkdown(TABLE, 'zh')).toContain(
      '| `key` | `OPS_KEY` 或 `OPS_KEY_FILE` | 无 | 甲\\|乙 | 密钥。 |',
    );
  });
});
