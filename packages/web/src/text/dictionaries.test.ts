import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

import { enAddHost } from './en-add-host.ts';
import { enApps } from './en-apps.ts';
import { enCommands } from './en-commands.ts';
import { enKeys } from './en-keys.ts';
import { enOverview } from './en-overview.ts';
import { enHost } from './en-host.ts';
import { enPolling } from './en-polling.ts';
import { enRollouts } from './en-rollouts.ts';
import { enUpgrades } from './en-upgrades.ts';
import { en } from './en.ts';
import { wordsIn } from './literals.test-support.ts';
import { zhAddHost } from './zh-add-host.ts';
import { zhApps } from './zh-apps.ts';
import { zhCommands } from './zh-commands.ts';
import { zhKeys } from './zh-keys.ts';
import { zhOverview } from './zh-overview.ts';
import { zhHost } from './zh-host.ts';
import { zhPolling } from './zh-polling.ts';
import { zhRollouts } from './zh-rollouts.ts';
import { zhUpgrades } from './zh-upgrades.ts';
import { zh } from './zh.ts';

const SOURCES = join(import.meta.dirname, '..');

function sources(ending: string): string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('.test.'))
    .map((name) => join(SOURCES, name));
}

/** The console's own list of what is no language: names, codes, and what is typed. */
const NO_WORDS: Readonly<Record<string, readonly string[]>> = {
  // What may be typed for the rest, in either language.
  'rollouts/wave-text.ts': ['其余', '剩余'],
  // A code and a header.
  'pages/batch/GroupDiff.tsx': ['too far'],
  // Commands to copy.
  'pages/add-host/enrol-again.ts': ['sudo rm /var/lib/ops-client/token && sudo systemctl restart ops-client'],
  'pages/add-host/install-command.ts': [
    'RUN case $(uname -m) in x86_64) m=x64 ;; *) m=arm64 ;; esac; install -d -o 65532 -m 700 /data && mkdir /opt/ops-client',
    "docker run --rm -i -v ops-client:/data --entrypoint sh ops-client -c 'umask 077; cat >/data/token' <<'END' &&\\n…\\nEND",
    "docker build -t ops-client - <<'END' &&",
    'docker run -d --name ops-client --restart unless-stopped \\\\\\n  --network host --pid host -v ops-client:/data --cap-drop ALL \\\\\\n  … \\\\\\n  ops-client',
    'docker rm -f ops-client && docker volume rm ops-client && docker image rm ops-client',
    'npm ci &&',
  ],
  'pages/docs/curl.ts': ['-H "Authorization: Bearer $OPS_AUTH_TOKEN"'],
};

const HAN = /\p{Script=Han}|[，。：；？！（）]/u;

function kinds(dictionary: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(dictionary)
    .map(([key, value]) => `${key}: ${typeof value}`)
    .toSorted();
}

/** Files of the console that hold the dictionaries themselves. */
const DICTIONARY = /text\/(?:zh|en)(?:-[a-z-]+)?\.ts$/;

describe.each([
  ['of every page', zh, en, ['otherLanguage']],
  ['of adding hosts', zhAddHost, enAddHost, []],
  ['of commands', zhCommands, enCommands, []],
  ['of applications', zhApps, enApps, []],
  ['of the overview', zhOverview, enOverview, []],
  ['of polling', zhPolling, enPolling, []],
  ['of rollouts', zhRollouts, enRollouts, []],
  ['of upgrades', zhUpgrades, enUpgrades, []],
  ['of keys', zhKeys, enKeys, []],
  ['of a host', zhHost, enHost, []],
] as const)('dictionaries %s', (_name, chinese, english, notTranslated) => {
  const inChinese: Readonly<Record<string, unknown>> = chinese;
  const inEnglish: Readonly<Record<string, unknown>> = english;

  test('both have the same entries, none of them empty', () => {
    expect(Object.keys(inEnglish).toSorted()).toEqual(Object.keys(inChinese).toSorted());
    const all = [...Object.entries(inChinese), ...Object.entries(inEnglish)];
    expect(all.filter(([, value]) => value === '')).toEqual([]);
  });

  test('an entry takes the same values in both', () => {
    expect(kinds(inEnglish)).toEqual(kinds(inChinese));
  });

  test('the English one holds no Chinese, apart from the name of the other language', () => {
    const left = Object.entries(inEnglish).filter(
      ([, value]) => typeof value === 'string' && HAN.test(value),
    );
    expect(left.map(([key]) => key)).toEqual(notTranslated);
  });

  test('every entry is used', () => {
    const code = [...sources('.tsx'), ...sources('.ts')]
      .filter((path) => !DICTIONARY.test(path))
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    const unused = Object.keys(inChinese).filter(
      (key) => !new RegExp(`\\b(?:text|words)\\.${key}\\b`).test(code),
    );
    expect(unused).toEqual([]);
  });
});

test.each([
  ['adding hosts', zhAddHost],
  ['commands', zhCommands],
  ['applications', zhApps],
  ['overview', zhOverview],
  ['polling', zhPolling],
  ['rollouts', zhRollouts],
  ['upgrades', zhUpgrades],
  ['keys', zhKeys],
  ['a host', { ...zhHost }],
])('the words of %s do not stand for others', (_name, words) => {
  expect(Object.keys(words).filter((key) => key in zh)).toEqual([]);
});

test('the words of keys, which stand beside those of commands, do not stand for them', () => {
  expect(Object.keys(zhKeys).filter((key) => key in zhCommands)).toEqual([]);
});

describe('no words outside the dictionaries', () => {
  const others = [...sources('.tsx'), ...sources('.ts')].filter(
    // The sheet of tokens names fonts.
    (path) => !DICTIONARY.test(path) && !/\.test-support\.|\/theme\.ts$/.test(path),
  );
  test.each(others.map((path) => [relative(SOURCES, path), path] as const))('%s', (name, path) => {
    const found = wordsIn(readFileSync(path, 'utf8'), path.endsWith('.tsx'));
    expect(found.filter((words) => !NO_WORDS[name]?.includes(words))).toEqual([]);
  });

  test('what is allowed is there', () => {
    for (const [name, words] of Object.entries(NO_WORDS))
      expect(wordsIn(readFileSync(join(SOURCES, name), 'utf8'), name.endsWith('.tsx'))).toEqual(
        expect.arrayContaining([...words]),
      );
  });

  test.each([
    ['<p>Sign in</p>', ['Sign in']],
    ['<p>\n  Sign in {name}\n</p>', ['Sign in']],
    ['<p>{name} signed in</p>', []],
    ['<a title="Close">{text.x}</a>', ['Close']],
    ['<a aria-label={`Close ${name}`}>{text.x}</a>', ['Close …']],
    ['<a aria-label={`${a} · ${b}`} alt="">{text.x}</a>', []],
    ['const all = { label: "Any" };', ['Any']],
    ['setFailure("The server did not answer.")', ['The server did not answer.']],
    ['setFailure(`It took ${n} seconds`)', ['It took … seconds']],
    ['const a = "确定";', ['确定']],
    ['<p>确定</p>', ['确定']],
    ['throw new Error("drawn outside of the console")', []],
    ['const a: Map<string> = b; // <p>Sign in</p>', []],
    ['const late = ms > LIMIT_MS ? <b>{a}</b> : b;', []],
    ["const a = 'application/json'; const b = a > c && d < e; const p = /['\"]x y/;", []],
    ['const f = <T,>(a: T) => a; const w = "min(22rem, 70%)"; const k = "Control+Enter Meta+Enter";', []],
  ])('%s', (code, words) => {
    expect(wordsIn(code)).toEqual(words);
  });
});
