import { describe, expect, it } from 'vitest';

import { files, isTest, read, sources, target, withoutComments } from './source-files.ts';

interface Rule {
  readonly what: string;
  readonly why: string;
  readonly pattern: RegExp;
  /** Files that own the thing. */
  readonly owners: readonly RegExp[];
  /** Tests and benchmarks must keep to it as well. */
  readonly everywhere?: true;
}

const RULES: readonly Rule[] = [
  {
    what: 'process.env',
    why: 'what is configurable goes through the settings tables, where it has a name, bounds and an origin',
    pattern: /\bprocess\.env\b/,
    owners: [
      // Their secret must not be an argument.
      /^bench\/[a-z-]+-process\.ts$/,
      /^packages\/(server|client|ctl)\/src\/main\.ts$/,
      /^packages\/client\/src\/identity\.ts$/,
      /^packages\/testkit\//,
      /^scripts\//,
    ],
  },
  {
    what: 'a shell',
    why: 'programs are started as file and argument list; a shell turns names into code (S-24)',
    pattern: /\bexec(Sync)?\(\s*[`'"]|\bshell:\s*true|['"]-c['"]\s*,\s*[`'"]/,
    owners: [/^bench\//],
    everywhere: true,
  },
  {
    what: 'node:child_process',
    why: 'processes are started in one place, which guards pids',
    pattern: /'node:child_process'/,
    owners: [/^packages\/runtime\/src\/exec\.ts$/, /^packages\/testkit\//, /^bench\//],
  },
  {
    what: 'the wall clock',
    why: 'time is injected: tests turn it by hand and the simulation owns it',
    pattern: /\bDate\.now\b|\bperformance\.now\b|\bnew Date\(\)|\bprocess\.hrtime\b/,
    owners: [
      /^packages\/runtime\/src\/clock\.ts$/,
      /^packages\/web\//,
      /^bench\//,
      /^scripts\//,
      /^packages\/testkit\//,
    ],
  },
  {
    what: 'timers',
    why: 'timers are injected with the clock',
    pattern: /\b(setTimeout|setInterval|setImmediate)\(/,
    owners: [
      /^packages\/runtime\/src\/clock\.ts$/,
      /^packages\/web\//,
      /^bench\//,
      /^scripts\//,
      /^packages\/testkit\//,
    ],
  },
  {
    what: 'Math.random',
    why: 'chance is cryptographic and injected (S-34)',
    pattern: /\bMath\.random\b/,
    owners: [],
    everywhere: true,
  },
  {
    what: 'random bytes',
    why: 'chance is injected: the simulation seeds it',
    pattern: /\brandom(Bytes|UUID|Int)\b/,
    owners: [/^packages\/runtime\/src\/random\.ts$/, /^packages\/testkit\//, /^bench\//],
  },
  {
    what: 'sockets',
    why: 'one file dials and one listens: the simulation puts its own network there',
    pattern: /'node:(net|tls)'/,
    owners: [
      /^packages\/server\/src\/gateway\/listener\.ts$/,
      /^packages\/client\/src\/link\/dial\.ts$/,
      // They look at what a peer shows, and leave.
      /^packages\/server\/src\/doctor\/knock\.ts$/,
      /^packages\/client\/src\/doctor\/look-at-certificate\.ts$/,
      /^packages\/testkit\//,
      /^bench\//,
    ],
  },
  {
    what: 'rejectUnauthorized: false',
    why: 'a certificate is always checked (S-12); pinning checks it by its fingerprint in dial.ts',
    pattern: /rejectUnauthorized:\s*false/,
    owners: [
      /^packages\/client\/src\/link\/dial\.ts$/,
      // Shows the certificate that was not accepted; sends nothing.
      /^packages\/client\/src\/doctor\/look-at-certificate\.ts$/,
      /^packages\/testkit\//,
    ],
  },
  {
    what: 'any',
    why: 'types that say nothing hide faults',
    pattern: /:\s*any\b|\bas any\b|<any>/,
    owners: [],
    everywhere: true,
  },
  {
    what: 'innerHTML',
    why: 'what a host sends is shown as text only (S-20)',
    pattern: /innerHTML|dangerouslySetInnerHTML|insertAdjacentHTML/,
    owners: [],
    everywhere: true,
  },
];

describe('house rules', () => {
  const all = sources().filter(({ path }) => path !== 'test/house-rules.test.ts');
  for (const rule of RULES) {
    it(`${rule.what} stays with its owner: ${rule.why}`, () => {
      const wrong: string[] = [];
      for (const file of all) {
        if (isTest(file.path) && !rule.everywhere) continue;
        if (rule.owners.some((owner) => owner.test(file.path))) continue;
        for (const [index, line] of file.text.split('\n').entries()) {
          if (!/^\s*import type\b/.test(line) && rule.pattern.test(line))
            wrong.push(`${file.path}:${index + 1} ${line.trim()}`);
        }
      }
      expect(wrong).toEqual([]);
    });
  }

  it('what a program reads beside its source is in the single file too: whoever looks there asks single-file.ts', () => {
    const programs = /^packages\/(client|ctl|policy|protocol|runtime|server)\/src\//;
    const wrong = all
      .filter(({ path, text }) => programs.test(path) && !isTest(path) && /\bimport\.meta\b/.test(text))
      .filter(({ imports }) => !imports.some(({ specifier }) => specifier.endsWith('/single-file.ts')));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('HTTP and TLS are loaded when they are wanted: an import at the top of any file is one at the start of ops-client', () => {
    const parts = /^packages\/(client|policy|protocol|runtime)\/src\//;
    const wrong = all
      .filter(({ path }) => parts.test(path) && !isTest(path))
      .filter(({ text }) => /^import (?!type\b)[^;]*'node:(?:https?|tls)';/m.test(text));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('what upgrades a client is loaded where there are upgrade_keys, and not at every start', () => {
    const always = ['role.ts', 'upgrade-part.ts', 'open-upgrade.ts'].map(
      (name) => `packages/client/src/upgrade/${name}`,
    );
    const folder = /^packages\/client\/src\/upgrade\//;
    const wrong = all
      .filter(({ path }) => path.startsWith('packages/client/src/') && !isTest(path))
      .filter(({ path }) => always.includes(path) || !/\/(upgrade|doctor)\//.test(path))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/^import (?!type\b)[^;]*'(\.[^']+)';/gm)]
          .map(([, specifier = '']) => target(path, specifier) ?? '')
          .filter((to) => folder.test(to) && !always.includes(to))
          .map((to) => `${path} imports ${to}`),
      );
    expect(wrong).toEqual([]);
  });

  it('files stay short enough to have one subject', () => {
    const long = all
      .filter((file) => !isTest(file.path))
      .map((file) => ({ path: file.path, lines: read(file.path).split('\n').length }))
      .filter(({ lines }) => lines > 400);
    expect(long).toEqual([]);
  });

  it('no folder or file is named after nothing', () => {
    expect(
      files(/\.tsx?$/).filter((path) => /(^|\/)(utils?|helpers?|common|manager|misc)(\/|\.tsx?$)/.test(path)),
    ).toEqual([]);
  });

  it('no committed file names a package registry', () => {
    const pattern = new RegExp(
      ['registry\\.npm', 'npmjs\\.(org|com)/', 'npmmirror', 'deb\\.debian\\.org'].join('|'),
    );
    expect(
      files(/(\.(ts|tsx|js|mjs|json|md|toml|html|css|sh)|\/run)$/)
        .filter((path) => path !== 'test/house-rules.test.ts')
        .filter((path) => pattern.test(read(path))),
    ).toEqual([]);
  });

  it('comments are stripped before a rule looks', () => {
    expect(withoutComments('a(); // Date.now\n/* any */ b("http://x")')).toBe(
      'a();            \n          b("http://x")',
    );
  });
});
