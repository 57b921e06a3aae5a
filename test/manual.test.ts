/** The manual as a book: both languages say the same, links lead somewhere, and nothing in it is typed that nobody tries. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { CONFIGURATION_CHECKS as CLIENT_CONFIGURATION, HOST_CHECKS } from '@ops/client/doctor/check-host.ts';
import { LINK_CHECKS } from '@ops/client/doctor/check-link.ts';
import { BROWSER_CHECKS } from '@ops/server/doctor/check-browser.ts';
import { CLIENT_CHECKS } from '@ops/server/doctor/check-clients.ts';
import { CONFIGURATION_CHECKS, FILE_CHECKS } from '@ops/server/doctor/check-files.ts';
import { LISTENING_CHECKS } from '@ops/server/doctor/check-listening.ts';
import { describe, expect, it } from 'vitest';

import { manualPages } from '../scripts/manual-pages.ts';
import { resembles } from './manual/answers.ts';
import { brokenPromises, ELSEWHERE } from './manual/elsewhere.ts';
import {
  anchorOf,
  commandsOf,
  headingsOf,
  isTyped,
  linksOf,
  otherBlocks,
  spansOf,
  typedSpans,
  withoutRemark,
} from './manual/manual-text.ts';
import { files, read, ROOT } from './source-files.ts';

const LANGUAGES = ['en', 'zh'] as const;
const INDEX = { en: 'docs/manual/en/README.md', zh: 'docs/manual/zh-CN/README.md' } as const;

const pages = { en: manualPages('en'), zh: manualPages('zh') };

describe('a line of a block', () => {
  it.each([
    ['bin/ops-server      # remark', 'bin/ops-server'],
    ['# remark', ''],
    [`curl -d '{"a":"# no remark"}' x  # remark`, `curl -d '{"a":"# no remark"}' x`],
    ['echo a#b "c # d" # e', 'echo a#b "c # d"'],
  ])('%s', (line, expected) => {
    expect(withoutRemark(line)).toBe(expected);
  });
});

describe('an answer that is shown', () => {
  it.each([
    [{ a: 1 }, { a: 1, b: 2 }, []],
    [{ a: 1 }, { a: 2 }, ['$.a is 2, not 1']],
    [{ a: { b: null } }, { a: {} }, ['$.a.b is missing']],
    [{ id: '…' }, { id: '' }, ['$.id is no text']],
    [{ used_memory: 5 }, { used_memory: '5' }, ['$.used_memory is no number']],
    [[{ a: 1 }], [{ a: 2 }, { a: 1 }], []],
    [[{ a: 3 }], [{ a: 2 }], ['$[0] is not there: [{"a":2}]']],
  ])('%j beside %j', (shown, answer, expected) => {
    expect(resembles(shown, answer)).toEqual(expected);
  });
});

/** Every number once. */
const figures = (text: string): string[] => [...new Set(text.match(/\d(?:[\d,.]*\d)?/g))].toSorted();

describe('the manual', () => {
  it('has the same pages in both languages, numbered without a gap', () => {
    const names = pages.en.map(({ name }) => name);
    expect(pages.zh.map(({ name }) => name)).toEqual(names);
    expect(names.map((name) => Number(name.slice(0, 2)))).toEqual(names.map((_, index) => index + 1));
  });

  it.each(LANGUAGES)('has an index that says of each page what it is for, %s', (language) => {
    const rows = [...read(INDEX[language]).matchAll(/^\| \[(.+?)\]\((\d\d-.+?)\) +\| (.*\S) +\|$/gm)];
    expect(rows.map(([, title, name]) => [name, title])).toEqual(
      pages[language].map(({ name, title }) => [name, title]),
    );
    expect(rows.filter(([, , , purpose]) => purpose!.length < 4)).toEqual([]);
  });

  it.each(LANGUAGES)('leads on from the foot of every page, %s', (language) => {
    const without = pages[language].filter(({ text }) => !text.includes('<!-- generated: manual-foot -->'));
    expect(without.map(({ path }) => path)).toEqual([]);
  });

  it('hides no command in a block of another kind', () => {
    const hidden = pages.en
      .flatMap(({ text }) => otherBlocks(text))
      .flatMap((block) => block.split('\n').filter((line) => line.startsWith('$ ') || isTyped(line)));
    expect(hidden).toEqual([]);
  });

  it('has the same figures of size in both languages, and names the machine', () => {
    const [en = '', zh = ''] = LANGUAGES.map(
      (language) =>
        pages[language].find(({ name }) => name.includes('sizing'))!.text.split('---\n\n<!--')[0]!,
    );
    expect(figures(zh)).toEqual(figures(en));
    expect(figures(en).length).toBeGreaterThan(30);
    expect(en).toContain('**2 cores**');
  });

  it('asks for the same commands, and shows the same answers, in both languages', () => {
    for (const [index, page] of pages.en.entries()) {
      const { text } = pages.zh[index]!;
      expect([page.name, commandsOf(text)]).toEqual([page.name, commandsOf(page.text)]);
      expect([page.name, typedSpans(text).toSorted()]).toEqual([page.name, typedSpans(page.text).toSorted()]);
    }
  });
});

describe('links', () => {
  const documents = files(/\.md$/).filter((path) => !path.startsWith('node_modules/'));

  it.each(documents)('of %s lead to a file and a heading that are there', (path) => {
    const broken = linksOf(read(path)).filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), decodeURIComponent(file));
      if (!existsSync(join(ROOT, target))) return true;
      return (
        anchor !== undefined &&
        target.endsWith('.md') &&
        !headingsOf(read(target)).some((heading) => anchorOf(heading) === decodeURIComponent(anchor))
      );
    });
    expect(broken).toEqual([]);
  });
});

describe('commands that are run elsewhere', () => {
  const typed = new Set(
    pages.en.flatMap(({ text }) => [...commandsOf(text).flatMap(({ lines }) => lines), ...spansOf(text)]),
  );

  it('stand where the table says', () => {
    expect(brokenPromises()).toEqual([]);
  });

  it('are in the manual, each of them', () => {
    expect(ELSEWHERE.map(({ command }) => command).filter((command) => !typed.has(command))).toEqual([]);
  });

  it('name services and containers that there are', () => {
    const services = [...read('docker-compose.yml').matchAll(/^ {2}(ops-[a-z0-9-]+):$/gm)].map(
      ([, name]) => name!,
    );
    const words = [...typed]
      .filter((line) => line.startsWith('docker-compose '))
      .flatMap((line) => line.split(' '));
    const unknown = words.filter(
      (word) => word.startsWith('ops-') && ![...services, 'ops-server'].includes(word),
    );
    expect(unknown).toEqual([]);
    expect(services).toContain('ops-secrets');
  });
});

/** The last column of the table by symptom, line by line. */
const doctorLines = (language: 'en' | 'zh'): string[][] =>
  pages[language]
    .find(({ name }) => name.includes('troubleshooting'))!
    .text.split('\n')
    .filter((line) => /^\| .* \| .* \| .* \| .* \|$/.test(line))
    .slice(2)
    .map((line) =>
      [...line.slice(line.lastIndexOf('|', line.length - 2)).matchAll(/`([a-z-]+)`/g)].map(([, id]) => id!),
    );

describe('troubleshooting', () => {
  const checks = [
    ...[CONFIGURATION_CHECKS, LISTENING_CHECKS, FILE_CHECKS, CLIENT_CHECKS, BROWSER_CHECKS].flat(),
    ...[CLIENT_CONFIGURATION, LINK_CHECKS, HOST_CHECKS].flat(),
  ].map(({ id }) => id);

  it('names lines that the doctors have', () => {
    expect(
      doctorLines('en')
        .flat()
        .filter((id) => !checks.includes(id)),
    ).toEqual([]);
    expect(doctorLines('en').flat().length).toBeGreaterThan(20);
  });

  it('is the same table in both languages', () => {
    expect(doctorLines('zh')).toEqual(doctorLines('en'));
  });

  it('knows every line of the doctors that can be a fault', () => {
    // The id of a client and its log of commands have no symptom of their own.
    const silent = ['client-id', 'command-log'];
    const told = new Set(doctorLines('en').flat());
    expect(checks.filter((id) => !told.has(id) && !silent.includes(id))).toEqual([]);
  });
});
