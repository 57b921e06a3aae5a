import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';

import { SettingsError } from './settings-error.ts';
import { MAX_CONFIG_BYTES } from './settings-file.ts';
import { secret } from './settings-formats.ts';
import { boolean, choice, integer, labels, list, path } from './settings-kinds.ts';
import type { Program, SettingsTable } from './settings-table.ts';
import { loadSettings } from './settings.ts';
import type { Surroundings } from './settings.ts';

const meaning = { en: 'What it is.', zh: '是什么。' };
const TABLE = {
  web_port: {
    kind: integer({ min: 1, max: 100 }),
    variable: 'OPS_WEB_PORT',
    aliases: ['--port'],
    default: 80,
    meaning,
  },
  level: { kind: choice(['low', 'high']), variable: 'OPS_LEVEL', default: 'low', meaning },
  watch_only: { kind: boolean(), variable: 'OPS_WATCH_ONLY', meaning },
  names: {
    kind: list(choice(['a', 'b']), { separator: ':', max: 9 }),
    variable: 'OPS_NAMES',
    default: [],
    meaning,
  },
  tags: {
    kind: labels({ key: /^[a-z]+$/, value: /^[a-z]+$/, max: 9 }),
    variable: 'OPS_TAGS',
    default: {},
    meaning,
  },
  data_dir: { kind: path(), variable: 'OPS_DATA_DIR', default: './data', meaning },
  key: {
    kind: secret({ min: 3, max: 10 }),
    variable: 'OPS_KEY',
    fileVariable: 'OPS_KEY_FILE',
    secret: true,
    meaning,
  },
} as const satisfies SettingsTable;

const PROGRAM: Program = {
  name: 'ops-trial',
  section: 'trial',
  otherSections: ['other'],
  otherVariables: ['OPS_OTHER'],
  summary: { en: 'tries things', zh: '试验' },
  commands: [{ usage: 'check', meaning: { en: 'check it', zh: '检查' } }],
};

let cwd: string;
let remove: () => Promise<void>;

beforeEach(async () => {
  const temp = await tempDirectory('settings');
  cwd = temp.path;
  remove = () => temp.remove();
});
afterEach(() => remove());

async function load(given: Partial<Surroundings> & { toml?: string } = {}) {
  if (given.toml !== undefined) await writeFile(join(cwd, 'config.toml'), given.toml, { mode: 0o600 });
  const { argv = [], env = {} } = given;
  const loaded = await loadSettings(TABLE, PROGRAM, { argv, env, cwd });
  if (loaded.kind !== 'settings') throw new Error(`expected settings, got ${loaded.kind}`);
  return loaded;
}

/** The line a person would see. */
async function fault(given: Parameters<typeof load>[0]): Promise<string> {
  const error = await load(given).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(SettingsError);
  if (!(error instanceof SettingsError)) return '';
  expect(error.message).not.toMatch(/[\n\r]|undefined|\[object/);
  return error.message;
}

const writeSecret = async (text: string, mode = 0o600): Promise<string> => {
  const file = join(cwd, 'secret');
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
};

describe('values', () => {
  it('are the defaults when nobody says anything, with paths made absolute', async () => {
    const { values, origins, warnings } = await load();
    expect(values).toEqual({
      webPort: 80,
      level: 'low',
      watchOnly: undefined,
      names: [],
      tags: {},
      dataDir: join(cwd, 'data'),
      key: undefined,
    });
    expect(origins.webPort).toEqual({ from: 'default' });
    expect(warnings).toEqual([]);
  });

  it('have types made of the table', async () => {
    const { values } = await load();
    expectTypeOf(values.webPort).toEqualTypeOf<number>();
    expectTypeOf(values.level).toEqualTypeOf<'low' | 'high'>();
    expectTypeOf(values.watchOnly).toEqualTypeOf<boolean | undefined>();
    expectTypeOf(values.names).toEqualTypeOf<readonly string[]>();
    expectTypeOf(values.tags).toEqualTypeOf<Readonly<Record<string, string>>>();
    expectTypeOf(values.key).toEqualTypeOf<string | undefined>();
  });

  it('come from the file before the default, the variable before the file, the option before the variable', async () => {
    const toml = '# head\n[trial]\nweb_port = 1\n';
    const file = await load({ toml });
    expect([file.values.webPort, file.origins.webPort]).toEqual([
      1,
      { from: 'file', path: 'config.toml', line: 3 },
    ]);
    const variable = await load({ env: { OPS_WEB_PORT: '2' } });
    expect([variable.values.webPort, variable.origins.webPort]).toEqual([
      2,
      { from: 'variable', name: 'OPS_WEB_PORT' },
    ]);
    const option = await load({ env: { OPS_WEB_PORT: '2' }, argv: ['--port', '3'] });
    expect([option.values.webPort, option.origins.webPort]).toEqual([3, { from: 'option', name: '--port' }]);
  });

  it('tell where to change them', async () => {
    const hint = async (given: Parameters<typeof load>[0]) => (await load(given)).howToChange('webPort');
    expect(await hint({})).toBe(
      'set OPS_WEB_PORT, --web-port or web_port in [trial] of a configuration file',
    );
    expect(await hint({ toml: '[trial]\nweb_port = 1' })).toBe('change web_port in config.toml:2');
    expect(await hint({ env: { OPS_WEB_PORT: '2' } })).toBe('change OPS_WEB_PORT');
    expect(await hint({ argv: ['--web-port=3'] })).toBe('change --web-port');
    expect((await load()).howToChange('key')).not.toContain('--key');
  });

  it('are checked also where a stronger place overrides them', async () => {
    expect(await fault({ toml: '[trial]\nweb_port = 0', env: { OPS_WEB_PORT: '2' } })).toContain(
      'config.toml:2: 0 is below 1',
    );
    expect(await fault({ toml: '', env: { OPS_WEB_PORT: 'x' }, argv: ['--port', '3'] })).toContain(
      'OPS_WEB_PORT: "x"',
    );
  });
});

describe('the command line', () => {
  it('takes values after a space or "=", and booleans without one', async () => {
    const { values } = await load({
      argv: ['--web-port=5', '--level', 'high', '--watch-only', '--names', 'a:b', '--tags=x=y'],
    });
    expect(values).toMatchObject({
      webPort: 5,
      level: 'high',
      watchOnly: true,
      names: ['a', 'b'],
      tags: { x: 'y' },
    });
    for (const [argv, watchOnly] of [
      [['--watch-only', 'false', '--level', 'high'], false],
      [['--watch-only=no'], false],
      [['--watch-only', '--level', 'high'], true],
    ] as const) {
      expect((await load({ argv })).values.watchOnly).toBe(watchOnly);
    }
  });

  it('is refused with what it does not know, and the nearest it knows', async () => {
    expect(await fault({ argv: ['--web-prot', '3'] })).toBe(
      'unknown option "--web-prot"; did you mean --web-port?',
    );
    expect(await fault({ argv: ['--xyzzy=secret'] })).toBe('unknown option "--xyzzy"; see --help');
    expect(await fault({ argv: ['-x'] })).toBe('unknown option "-x"; see --help');
    expect(await fault({ argv: ['stray\nword'] })).toBe('unexpected argument "stray\\nword"; see --help');
    expect(await fault({ argv: ['chek'] })).toBe('unexpected argument "chek"; did you mean check?');
    expect(await fault({ argv: ['--level', 'low', 'check'] })).toBe(
      'unexpected argument "check"; it stands before all options',
    );
  });

  it('is refused when a value is missing, empty or given twice', async () => {
    expect(await fault({ argv: ['--level'] })).toBe('option --level needs one of low, high');
    expect(await fault({ argv: ['--level', '--watch-only'] })).toBe('option --level needs one of low, high');
    expect(await fault({ argv: ['--level='] })).toBe(
      'level from option --level: "" is empty; accepted: one of low, high',
    );
    expect(await fault({ argv: ['--level', 'low', '--level', 'low'] })).toBe(
      'level from option --level: --level was given already',
    );
    expect(await fault({ argv: ['--port', '1', '--web-port', '1'] })).toBe(
      'web_port from option --web-port: --port was given already',
    );
    expect(await fault({ argv: ['--config', 'a', '--config', 'b'] })).toBe('option --config is given twice');
    expect(await fault({ argv: ['--config='] })).toBe('option --config needs the name of a file');
    expect(await fault({ argv: ['--config'] })).toBe('option --config needs the name of a file');
  });

  it('answers --help and --version before anything is checked', async () => {
    const surroundings = { cwd, env: { OPS_WEB_PORT: 'x', LANG: 'zh_CN.UTF-8' } };
    const help = await loadSettings(TABLE, PROGRAM, { ...surroundings, argv: ['--nonsense', '--help'] });
    expect(help).toMatchObject({
      kind: 'help',
      text: expect.stringContaining('是什么。\n      可用值：1 到 100 的整数。默认：80\n'),
    });
    const english = await loadSettings(TABLE, PROGRAM, { cwd, env: {}, argv: ['-h'] });
    if (english.kind !== 'help') throw new Error('expected help');
    for (const part of [
      'web_port',
      '--web-port',
      '--port',
      'OPS_WEB_PORT',
      'What it is.',
      'Default: 80',
      'OPS_KEY_FILE',
      'ops-trial check',
    ]) {
      expect(english.text).toContain(part);
    }
    expect(english.text).not.toContain('--key');
    expect(await loadSettings(TABLE, PROGRAM, { ...surroundings, argv: ['--version'] })).toEqual({
      kind: 'version',
    });
  });
});

describe('the file', () => {
  it('is config.toml of the working directory, or the one that is named', async () => {
    await writeFile(join(cwd, 'other.toml'), '[trial]\nweb_port = 7');
    expect((await load({ toml: '[trial]\nweb_port = 6' })).values.webPort).toBe(6);
    expect((await load({ argv: ['--config', 'other.toml'] })).values.webPort).toBe(7);
    expect((await load({ argv: ['--config', join(cwd, 'other.toml')] })).origins.webPort).toMatchObject({
      line: 2,
    });
  });

  it('may hold the sections of other programs, which are not looked into', async () => {
    expect((await load({ toml: '[other]\nweb_port = "x"\nnonsense = 1' })).values.webPort).toBe(80);
    expect((await load({ toml: '' })).values.webPort).toBe(80);
  });

  it('is refused with unknown keys and sections', async () => {
    expect(await fault({ toml: '[trial]\n\nweb_prot = 1' })).toBe(
      'config.toml:3: unknown key "web_prot" in [trial]; did you mean web_port?',
    );
    expect(await fault({ toml: '[trial.web_port]\nx = 1' })).toContain(
      'web_port from config.toml:1: the value is a table',
    );
    expect(await fault({ toml: '\n[trail]\nx = 1' })).toBe(
      'config.toml:2: unknown section "trail"; did you mean trial?; accepted: [trial] and [other]',
    );
    expect(await fault({ toml: 'web_port = 1' })).toBe(
      'config.toml:1: web_port stands outside of a section; put it below [trial]',
    );
    expect(await fault({ toml: 'trial = 3' })).toBe(
      'config.toml:1: trial is not a section; begin it with [trial], once',
    );
    expect(await fault({ toml: '[[trial]]\nweb_port = 1' })).toBe(
      'config.toml:1: trial is not a section; begin it with [trial], once',
    );
    expect(await fault({ toml: '[trial]\n"__proto__" = 1' })).toBe(
      'config.toml:2: unknown key "__proto__" in [trial]; see --help',
    );
  });

  it('is refused with the line when it is not TOML, without showing what stands there', async () => {
    expect(await fault({ toml: '[trial]\nkey = "hunter2' })).toMatch(
      /^config\.toml:2: not valid TOML: .*\(column \d+\)$/,
    );
    expect(await fault({ toml: '[trial]\nkey = "hunter2' })).not.toContain('hunter2');
    expect(await fault({ toml: '[trial]\nweb_port = 1\nweb_port = 2' })).toMatch(
      /^config\.toml:3: not valid TOML: .*redefine/,
    );
  });

  it('is refused when it was named and is not there, or cannot be read as a file', async () => {
    expect(await fault({ argv: ['--config', 'none.toml'] })).toBe(
      'configuration file "none.toml" does not exist; name another with --config',
    );
    expect(await fault({ argv: ['--config', '.'] })).toBe(
      'configuration file "." is a directory; name another with --config',
    );
    await writeFile(join(cwd, 'binary'), Buffer.from([0xff, 0xfe]));
    expect(await fault({ argv: ['--config', 'binary'] })).toBe(
      'configuration file "binary" is not text in UTF-8; save it as that',
    );
    await writeFile(join(cwd, 'large'), `#${' '.repeat(MAX_CONFIG_BYTES)}`);
    expect(await fault({ argv: ['--config', 'large'] })).toContain('is larger than');
    await mkdir(join(cwd, 'config.toml'));
    expect(await fault({})).toBe(
      'configuration file "config.toml" is a directory; name another with --config',
    );
  });

  it('may hold arrays of tables beside the section, which the program reads', async () => {
    const program = { ...PROGRAM, tables: [{ name: 'things', meaning, example: '[[things]]' }] };
    await writeFile(
      join(cwd, 'config.toml'),
      '[[things]]\nname = "a"\n[[things]]\nparts = [\n{ size = 3 }]\n[trial]\n',
    );
    const loaded = await loadSettings(TABLE, program, { argv: [], env: {}, cwd });
    const entries = loaded.kind === 'settings' ? loaded.entries('things') : [];
    expect(entries.map(({ values }) => values)).toEqual([{ name: 'a' }, { parts: [{ size: 3n }] }]);
    expect(entries[1]!.fault('parts[0].size', '3 is odd', 'even numbers').message).toBe(
      'things.parts.size from config.toml:5: 3 is odd; accepted: even numbers',
    );
    expect(entries[1]!.fault('name', 'it is missing').message).toBe(
      'things.name from config.toml:3: it is missing',
    );

    await writeFile(join(cwd, 'config.toml'), 'things = 3\n');
    await expect(loadSettings(TABLE, program, { argv: [], env: {}, cwd })).rejects.toThrow(
      'config.toml:1: things is not a list of tables; begin each entry with [[things]]',
    );
  });

  it('names the line of a value wherever it stands', async () => {
    expect(await fault({ toml: '[trial]\ntags = { env = "prod",\n role = 7 }' })).toContain(
      'tags from config.toml:2: "role" is an integer',
    );
    expect(await fault({ toml: '[trial]\nlevel = "low"\nnames = [\n "a",\n "x" ]' })).toContain(
      'names from config.toml:3: "x" is none of the choices',
    );
  });
});

describe('variables', () => {
  it('that no program knows earn a warning with the nearest that is known', async () => {
    const env = { OPS_WEB_PROT: 'x', OPS_OTHER: 'y', 'OPS_\n': '', HOME: '/', ops_level: 'x' };
    expect((await load({ env })).warnings).toEqual([
      '"OPS_\\n" is a variable of no OPS program and has no effect',
      '"OPS_WEB_PROT" is a variable of no OPS program and has no effect; did you mean OPS_WEB_PORT?',
    ]);
  });

  it('are refused when empty, except where nothing is a value', async () => {
    expect(await fault({ env: { OPS_WEB_PORT: '' } })).toBe(
      'web_port from OPS_WEB_PORT: "" is empty; accepted: a whole number from 1 to 100',
    );
    expect((await load({ env: { OPS_NAMES: '', OPS_TAGS: '' } })).origins.names).toEqual({
      from: 'variable',
      name: 'OPS_NAMES',
    });
  });

  it('are shown on one line and not endlessly', async () => {
    const line = await fault({ env: { OPS_LEVEL: `a\n\u202eb${'x'.repeat(1000)}` } });
    expect(line).toContain('"a\\n\\u202eb');
    expect(line.length).toBeLessThan(200);
  });
});

describe('secrets', () => {
  it('come from a file of their own, without a warning', async () => {
    const file = await writeSecret('hunter2\n');
    const { values, origins, warnings } = await load({ env: { OPS_KEY_FILE: 'secret' } });
    expect(values.key).toBe('hunter2');
    expect(origins.key).toEqual({ from: 'variable', name: 'OPS_KEY_FILE', path: 'secret' });
    expect(warnings).toEqual([]);
    expect((await load({ env: { OPS_KEY_FILE: file } })).values.key).toBe('hunter2');
  });

  it('are refused from a file others can read, with the line to run', async () => {
    const file = await writeSecret('hunter2', 0o640);
    expect(await fault({ env: { OPS_KEY_FILE: file } })).toBe(
      `key from OPS_KEY_FILE (${file}): ${file} is open to others than its owner: run chmod 600 ${file}`,
    );
  });

  it('are refused from a file that is missing, unnamed, or given beside the value', async () => {
    expect(await fault({ env: { OPS_KEY_FILE: '/none' } })).toBe(
      'key from OPS_KEY_FILE (/none): /none does not exist',
    );
    expect(await fault({ env: { OPS_KEY_FILE: '' } })).toBe(
      'key from OPS_KEY_FILE: the name of the file is empty; name one, or unset it',
    );
    const file = await writeSecret('hunter2');
    expect(await fault({ env: { OPS_KEY_FILE: file, OPS_KEY: 'hunter2' } })).toBe(
      `key from OPS_KEY_FILE (${file}): OPS_KEY is set as well; keep one of them`,
    );
  });

  it('are never shown, whatever is wrong with them', async () => {
    const secrets = ['hunter2-hunter2', 'hunter2\nhunter2', 'hunter2\u0000'];
    const lines: string[] = [];
    for (const value of secrets) {
      await writeSecret(value);
      lines.push(
        await fault({ env: { OPS_KEY: value } }),
        await fault({ env: { OPS_KEY_FILE: 'secret' } }),
        await fault({ toml: `[trial]\nkey = ${JSON.stringify(value)}` }),
        await fault({ toml: '', argv: ['--key', value] }),
        await fault({ argv: [`--key=${value}`] }),
      );
    }
    lines.push(
      await fault({ toml: '[trial]\nkey = 7654321' }),
      await fault({ toml: '[trial]\nkey = ["hunter2"]' }),
    );
    expect(lines.filter((line) => /hunter|7654321/.test(line))).toEqual([]);
    expect(lines).toContain(
      'key from OPS_KEY: the value is longer than 10 characters; accepted: one line of 3 to 10 characters',
    );
  });

  it('are refused on a command line, which says what to use', async () => {
    expect(await fault({ argv: ['--key', 'hunter2'] })).toBe(
      'key from option --key: a secret is never given on a command line, where every user of the host can read it; use OPS_KEY_FILE=FILE or key in a TOML file of mode 600',
    );
  });

  it('earn a warning in the environment, and in a file every user can read', async () => {
    expect((await load({ env: { OPS_KEY: 'hunter2' } })).warnings).toEqual([
      'key stands in the variable OPS_KEY, which others may read from the process; prefer OPS_KEY_FILE=FILE',
    ]);
    expect((await load({ toml: '[trial]\nkey = "hunter2"' })).warnings).toEqual([]);
    await chmod(join(cwd, 'config.toml'), 0o644);
    expect((await load({})).warnings).toEqual([
      'key stands in config.toml:2, which every user can read: run chmod 600 config.toml',
    ]);
  });
});
