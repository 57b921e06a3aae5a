import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { CLIENT_PROGRAM, CLIENT_SETTINGS, loadClientConfig } from '@ops/client/config.ts';
import { COMMANDS_TABLE } from '@ops/policy/custom-command-reader.ts';
import { SettingsError } from '@ops/runtime/settings-error.ts';
import { optionsOf, variablesOf } from '@ops/runtime/settings-table.ts';
import type { Setting, SettingsTable } from '@ops/runtime/settings-table.ts';
import type { Surroundings } from '@ops/runtime/settings.ts';
import { loadServerConfig, SERVER_PROGRAM, SERVER_SETTINGS } from '@ops/server/config.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { generatedFiles } from '../scripts/generated-docs.ts';
import { read } from './source-files.ts';

interface Bad {
  /** As it stands behind `key = ` in TOML. */
  readonly toml: readonly string[];
  /** As a variable or option holds it. */
  readonly text: readonly string[];
}

const wholeNumber = (min: number, max: number): Bad => ({
  toml: [
    `"${max}"`,
    'true',
    `${max}.5`,
    'nan',
    'inf',
    '[1]',
    '{ a = 1 }',
    '2026-11-23',
    `${min - 1}`,
    `${max + 1}`,
  ],
  text: ['', 'x', `${max}.5`, 'NaN', ` ${max}`, `${min - 1}`, `${max + 1}`],
});
const anyNumber = (min: number, max: number): Bad => ({
  toml: [`"${max}"`, 'true', 'nan', 'inf', '[1]', `${min - 0.01}`, `${max + 1}`],
  text: ['', 'x', 'NaN', 'Infinity', `${min - 0.01}`, `${max + 1}`],
});
const yesOrNo: Bad = { toml: ['"true"', '1', '[]'], text: ['', '2', 'maybe'] };
const words = (text: readonly string[], toml: readonly string[] = []): Bad => ({
  toml: ['7', 'true', '["x"]', '""', ...toml],
  text: ['', ...text],
});
const listOf = (text: readonly string[]): Bad => ({
  toml: ['"x"', '7', '[7]', '[[]]', '[""]', ...text.map((entry) => `[${JSON.stringify(entry)}]`)],
  text,
});
const secretOf = (max: number, text: readonly string[] = []): Bad =>
  words(['x'.repeat(max + 1), 'two\nlines', ...text], [`"${'x'.repeat(max + 1)}"`, '"two\\nlines"']);
const anyPath = words(['a\u0007b'], ['"a\\u0007b"']);
const host = words(['10.0.0.256', 'a b', 'http://a', '[::1]'], ['"host:80"']);
const scriptDirs = listOf(['relative', '/opt/../etc x', '/.hidden']);
const extensions = listOf(['exe', 'SH', 'sh.py']);

/** What must be refused, for every key there is. */
const SERVER_BAD: Readonly<Record<keyof typeof SERVER_SETTINGS, Bad>> = {
  tcp_bind_addr: host,
  http_bind_addr: host,
  tcp_port: wholeNumber(0, 65_535),
  http_port: wholeNumber(0, 65_535),
  cleanup_interval_secs: wholeNumber(1, 3600),
  client_timeout_secs: wholeNumber(5, 86_400),
  max_connections: wholeNumber(1, 100_000),
  auth_token: secretOf(512, ['with space']),
  tcp_auth_enabled: yesOrNo,
  tcp_auth_secret: secretOf(4096),
  tcp_auth_secret_previous: secretOf(4096),
  admin_password: secretOf(128, ['eleven-char']),
  session_idle_secs: wholeNumber(10, 604_800),
  session_max_secs: wholeNumber(10, 2_592_000),
  allowed_hosts: listOf(['a b', 'http://a', 'a:0']),
  allowed_origins: listOf(['ops.example.com', 'https://a/path']),
  cookie_secure: words(['yes', 'AUTO'], ['"x"']),
  trust_proxy: listOf(['10.0.0.0/33', 'proxy.example.com', 'x']),
  tls_cert: anyPath,
  tls_key: anyPath,
  tcp_tls_cert: anyPath,
  tcp_tls_key: anyPath,
  data_dir: anyPath,
  client_files_dir: anyPath,
  log_dir: anyPath,
  log_level: words(['verbose', 'INFO'], ['"x"']),
  log_retention_days: wholeNumber(1, 3650),
  command_retention_days: wholeNumber(1, 3650),
  allowed_script_dirs: scriptDirs,
  allowed_script_extensions: extensions,
};

const CLIENT_BAD: Readonly<Record<keyof typeof CLIENT_SETTINGS, Bad>> = {
  server_host: host,
  server_port: wholeNumber(1, 65_535),
  heartbeat_interval_secs: anyNumber(0.05, 3600),
  retry_max_attempts: wholeNumber(0, 1_000_000),
  retry_base_delay_secs: anyNumber(0.05, 3600),
  retry_max_delay_secs: anyNumber(0.05, 86_400),
  client_id_file: anyPath,
  apps_base_dir: anyPath,
  command_log_file: anyPath,
  auth_token: secretOf(512, ['with space']),
  tcp_auth_enabled: yesOrNo,
  tcp_auth_secret: secretOf(4096),
  tcp_auth_secret_previous: secretOf(4096),
  enrol_token: words(['ops1.x', 'ops2.0123456789abcdef.x'], ['"ops1.x"']),
  accept_new_identity: yesOrNo,
  tls: yesOrNo,
  tls_ca: anyPath,
  tls_fingerprint: words(['sha256:00', 'sha1:00'], ['"x"']),
  data_dir: anyPath,
  readonly: yesOrNo,
  log_dir: anyPath,
  log_level: words(['verbose', 'INFO'], ['"x"']),
  log_retention_days: wholeNumber(1, 3650),
  labels: {
    toml: ['"env=prod"', '7', '{ env = 7 }', '{ "a b" = "c" }', '{ env = "a b" }'],
    text: ['env', 'a b=c', 'env=a b', 'a=b,a=c'],
  },
  allowed_script_dirs: scriptDirs,
  allowed_script_extensions: extensions,
  allowed_commands: listOf(['/bin/df', 'df -h', '-x']),
  upgrade_keys: listOf([`ed25519:${'A'.repeat(42)}`, `rsa:${'A'.repeat(43)}`, 'A'.repeat(43)]),
};

const PROGRAMS: readonly {
  readonly name: string;
  readonly section: string;
  readonly table: SettingsTable;
  readonly bad: Readonly<Record<string, Bad>>;
  readonly example: string;
  readonly load: (
    surroundings: Surroundings,
  ) => Promise<{ readonly kind: string; readonly warnings?: readonly string[] }>;
}[] = [
  {
    name: 'ops-server',
    section: 'server',
    table: SERVER_SETTINGS,
    bad: SERVER_BAD,
    example: 'config.example.toml',
    load: loadServerConfig,
  },
  {
    name: 'ops-client',
    section: 'client',
    table: CLIENT_SETTINGS,
    bad: CLIENT_BAD,
    example: 'client-config.example.toml',
    load: loadClientConfig,
  },
];

/** What a line about a bad value lacks of what it must have; undefined when it is clear. */
function unclear(line: string, key: string, origin: string, setting: Setting): string | undefined {
  const clear =
    line.startsWith(`${key} from ${origin}: `) &&
    line.endsWith(`; accepted: ${setting.kind.accepts.en}`) &&
    !/[\n\r]|undefined|\[object|null/.test(line) &&
    line.length < 500;
  return clear ? undefined : `${origin}: ${line}`;
}

let cwd: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  const temp = await tempDirectory('configuration');
  cwd = temp.path;
  remove = () => temp.remove();
});
afterAll(() => remove());

for (const { name, section, table, bad, example, load } of PROGRAMS) {
  /** The one line somebody sees; a text that tells when there was no fault. */
  const lineOf = async (given: { argv?: readonly string[]; env?: Surroundings['env'] }): Promise<string> => {
    try {
      await load({ cwd, env: {}, argv: [], ...given });
      return 'nothing was wrong';
    } catch (error) {
      if (error instanceof SettingsError) return error.message;
      throw error;
    }
  };
  const inToml = async (text: string): Promise<string> => {
    await writeFile(join(cwd, `${section}.toml`), `# first line\n[${section}]\n${text}\n`, { mode: 0o600 });
    return lineOf({ argv: ['--config', `${section}.toml`] });
  };

  describe(`bad configuration of ${name}`, () => {
    const secrets = Object.entries(table).filter(([, setting]) => setting.secret);
    it('says of every secret that it is never an option, without showing it', async () => {
      for (const [key, setting] of secrets) {
        const [option] = optionsOf(key, setting);
        const line = await lineOf({ argv: [`${option}=hunter2`] });
        expect(line).toContain(`${key} from option ${option}: a secret is never given on a command line`);
        expect(line).not.toContain('hunter2');
      }
      expect(secrets.length).toBeGreaterThan(2);
    });

    for (const [key, setting] of Object.entries(table)) {
      it(`${key} is refused with a wrong type and out of range, with one clear line that names the place`, async () => {
        const { toml, text } = bad[key]!;
        const faults: (string | undefined)[] = [];
        for (const value of toml) {
          faults.push(unclear(await inToml(`\n${key} = ${value}`), key, `${section}.toml:4`, setting));
        }
        for (const value of text) {
          faults.push(
            unclear(await lineOf({ env: { [setting.variable]: value } }), key, setting.variable, setting),
          );
          for (const option of setting.secret ? [] : optionsOf(key, setting)) {
            faults.push(
              unclear(await lineOf({ argv: [`${option}=${value}`] }), key, `option ${option}`, setting),
            );
          }
        }
        expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
        expect(faults.length).toBeGreaterThan(4);
      });

      it(`${key} is never taken for what it was meant to be when misspelt`, async () => {
        const wrong = `${key}${key.at(-1)}`;
        expect(await inToml(`${wrong} = 1`)).toBe(
          `${section}.toml:3: unknown key "${wrong}" in [${section}]; did you mean ${key}?`,
        );
        const [option] = optionsOf(key, setting);
        expect(await lineOf({ argv: [`${option}${option!.at(-1)}=1`] })).toMatch(
          new RegExp(`^unknown option "${option}.?"; did you mean ${option}\\?$`),
        );
        const { warnings } = await load({ cwd, argv: [], env: { [`${setting.variable}X`]: 'hidden' } });
        expect(warnings).toEqual([
          `"${setting.variable}X" is a variable of no OPS program and has no effect; did you mean ${setting.variable}?`,
        ]);
      });
    }
  });

  describe(`the table of ${name}`, () => {
    it('has defaults and examples that its kinds accept', () => {
      for (const { kind, secret, ...setting } of Object.values(table)) {
        const shown = setting.default ?? setting.example;
        expect(shown).toBeDefined();
        // An example of a secret shall not work when somebody forgets to change it.
        expect(secret || typeof shown !== 'string' || kind.fromText(shown, '/')).toBeTruthy();
      }
    });

    it('names each variable once', () => {
      const variables = variablesOf(table);
      expect(new Set(variables).size).toBe(variables.length);
      expect(variables.filter((variable) => !/^OPS_[A-Z_]+$/.test(variable))).toEqual([]);
    });

    it('says everything in Chinese and English, in one line each', () => {
      for (const { meaning, kind, defaultMeans } of Object.values(table)) {
        for (const { en, zh } of [meaning, kind.accepts, defaultMeans ?? meaning]) {
          expect([en, zh].map((text) => text.includes('\n') || text === '')).toEqual([false, false]);
        }
        expect(meaning.zh).toMatch(/\p{Script=Han}/u);
        expect(meaning.en).not.toMatch(/\p{Script=Han}/u);
      }
    });

    it('is what the example file holds, and the program takes that file without a warning', async () => {
      await writeFile(join(cwd, 'example.toml'), read(example), { mode: 0o600 });
      const plain = await load({ cwd, env: {}, argv: [] });
      const copied = await load({ cwd, env: {}, argv: ['--config', 'example.toml'] });
      expect(copied).toMatchObject({ kind: 'settings', warnings: [] });
      expect('values' in copied && copied.values).toEqual('values' in plain && plain.values);
      for (const key of Object.keys(table))
        expect(read(example)).toMatch(new RegExp(`^(# )?${key} = .+$`, 'm'));
    });
  });
}

/** Entries that must be refused: TOML below `[[commands]]`, the place and the start of what is said. */
const GOOD = 'name = "x"\npath = "/bin/x"\n';
const BAD_ENTRIES: readonly (readonly [toml: string, line: number, says: string])[] = [
  ['path = "/bin/x"', 1, 'commands.name from {at}: it is missing'],
  [
    'name = "a b"\npath = "/bin/x"',
    2,
    'commands.name from {at}: "a b" is not accepted; accepted: 1 to 64 letters',
  ],
  ['name = "ls"\npath = "/bin/ls"', 2, 'commands.name from {at}: "ls" is a built-in command'],
  ['name = "curl"\npath = "/bin/x"', 2, 'commands.name from {at}: "curl" is on the danger list'],
  ['name = "x"\npath = "/usr/bin/wget"', 3, 'commands.path from {at}: "wget" is on the danger list'],
  ['name = "x"\npath = "/bin/bash"', 3, 'commands.path from {at}: "bash" would run whatever it is given'],
  [
    'name = "x"\npath = "bin/x"',
    3,
    'commands.path from {at}: "bin/x" is not accepted; accepted: an absolute path',
  ],
  ['name = "x"\npath = "/a/../x"', 3, 'commands.path from {at}: "/a/../x" is not accepted'],
  [
    `${GOOD}maxsecs = 3`,
    4,
    'commands.maxsecs from {at}: it is no key of [[commands]]; accepted: name, path,',
  ],
  [
    `${GOOD}max_secs = 3601`,
    4,
    'commands.max_secs from {at}: 3601 is not accepted; accepted: a whole number from 1',
  ],
  [`${GOOD}label = ""`, 4, 'commands.label from {at}: "" is not accepted; accepted: a line'],
  [`${GOOD}args = "any"`, 4, 'commands.args from {at}: "any" is not accepted; accepted: up to 16 tables'],
  [`${GOOD}args = [{}]`, 4, 'commands.args from {at}: it says nothing; accepted: up to 16 tables'],
  [
    `${GOOD}args = [\n{ literal = "a b" }]`,
    5,
    'commands.args.literal from {at}: "a b" is not accepted; accepted: a word',
  ],
  [
    `${GOOD}args = [\n{ literal = "a" },\n{ literal = "b", enum = ["c"] }]`,
    6,
    'commands.args.enum from {at}: one rule',
  ],
  [
    `${GOOD}args = [{ any = true }]`,
    4,
    'commands.args.any from {at}: it is no key of args; accepted: literal, enum,',
  ],
  [
    `${GOOD}args = [{ enum = [] }]`,
    4,
    'commands.args.enum from {at}: the value is not accepted; accepted: a list',
  ],
  [`${GOOD}args = [{ literal = "dd" }]`, 4, 'commands.args.literal from {at}: "dd" is not accepted'],
  [
    `${GOOD}args = [{ pattern = "a+" }]`,
    4,
    'commands.args.max from {at}: it is missing; accepted: a whole number',
  ],
  [
    `${GOOD}args = [{ pattern = "(a+)+", max = 9 }]`,
    4,
    'commands.args.pattern from {at}: "(a+)+" holds (: groups',
  ],
  [`${GOOD}args = [{ path_under = "var" }]`, 4, 'commands.args.path_under from {at}: "var" is not accepted'],
  [
    `${GOOD}args = [{ literal = "a", optional = 1 }]`,
    4,
    'commands.args.optional from {at}: 1 is not accepted',
  ],
  [`${GOOD}[[commands]]\n${GOOD}`, 5, 'commands.name from {at}: "x" is there already'],
];

describe('commands of the configuration', () => {
  for (const { name, section, load } of PROGRAMS) {
    const entries = async (toml: string): Promise<Awaited<ReturnType<typeof load>>> => {
      await writeFile(join(cwd, 'commands.toml'), toml, { mode: 0o600 });
      return load({ cwd, env: {}, argv: ['--config', 'commands.toml'] });
    };

    it(`are refused by ${name} with one line that names the place and what is accepted`, async () => {
      for (const [toml, line, says] of BAD_ENTRIES) {
        const fault: unknown = await entries(`[[commands]]\n${toml}`).catch((error: unknown) => error);
        expect(fault).toBeInstanceOf(SettingsError);
        const { message } = fault as SettingsError;
        expect(message).toContain(says.replace('{at}', `commands.toml:${line}`));
        expect(message).not.toMatch(/[\n\r]/);
        expect(message.length).toBeLessThan(500);
      }
    });

    it(`are refused by ${name} when they are one table instead of several`, async () => {
      await expect(entries(`[commands]\n${GOOD}`)).rejects.toThrow(
        'commands.toml:1: commands is not a list of tables; begin each entry with [[commands]]',
      );
    });

    it(`are values of ${name}, as the example shows them`, async () => {
      const loaded = await entries(`${COMMANDS_TABLE.example}\n[${section}]\n`);
      expect('values' in loaded && loaded.values).toMatchObject({
        commands: [
          { name: 'nginx-test', path: '/usr/sbin/nginx', maxSecs: 10, args: [{ literal: '-t' }] },
          { name: 'journal', args: { length: 4, 2: { pattern: '[A-Za-z0-9][A-Za-z0-9@_.-]*', max: 64 } } },
        ],
      });
    });
  }
});

describe('two programs in one environment', () => {
  it('know each other’s variables', () => {
    const [server, client] = [variablesOf(SERVER_SETTINGS), variablesOf(CLIENT_SETTINGS)];
    expect(SERVER_PROGRAM.otherVariables.toSorted()).toEqual(
      client.filter((name) => !server.includes(name)).toSorted(),
    );
    expect(CLIENT_PROGRAM.otherVariables.toSorted()).toEqual(
      server.filter((name) => !client.includes(name)).toSorted(),
    );
  });

  it('can share one file', async () => {
    await writeFile(
      join(cwd, 'both.toml'),
      `${read('config.example.toml')}\n${read('client-config.example.toml')}`,
    );
    for (const { load } of PROGRAMS) {
      expect(await load({ cwd, env: {}, argv: ['--config', 'both.toml'] })).toMatchObject({
        kind: 'settings',
      });
    }
  });
});

describe('what is made from the code', () => {
  for (const { path, text } of generatedFiles()) {
    it(`${path} is up to date: node scripts/docs.ts`, () => {
      expect(read(path)).toBe(text);
    });
  }

  it('is in both languages of the configuration page', () => {
    for (const path of ['docs/configuration.md', 'docs/configuration.zh-CN.md']) {
      const missing = [...Object.keys(SERVER_SETTINGS), ...Object.keys(CLIENT_SETTINGS)].filter(
        (key) => !read(path).includes(`| \`${key}\``),
      );
      expect(missing).toEqual([]);
    }
  });
});
