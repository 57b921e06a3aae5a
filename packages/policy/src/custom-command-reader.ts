/** Reads `[[commands]]` of a configuration file. The first fault ends the start of the program with one line. */
import { MAX_TIMEOUT_SECS } from '@ops/protocol/domain/command.ts';

import type { ArgumentRule, CustomCommand } from './custom-command.ts';
import { findDanger } from './danger.ts';
import { MAX_TOKEN_LENGTH } from './limits.ts';
import { BadPattern, compilePattern } from './pattern.ts';
import { builtinNames } from './policy.ts';

/** One `[[commands]]`, with the place it stands in. */
export interface CommandEntry {
  /** By TOML key; integers are bigint. */
  readonly values: Readonly<Record<string, unknown>>;
  fault(path: string, problem: string, accepts?: string): Error;
}

/** They are listed with the built-in ones in `register`, which holds 256 names. */
export const MAX_CUSTOM_COMMANDS = 128;
export const MAX_RULES = 16;
const MAX_CHOICES = 64;
const MAX_LABEL = 128;
const MAX_CATEGORY = 48;

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;
const PATH = /^(?:\/[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99})+$/;
const WORD = /^[A-Za-z0-9_./:=@,+%-]{1,128}$/;

/** A shell runs what it is given: that is what directories of scripts are for. */
const SHELLS = new Set([
  'sh',
  'ash',
  'bash',
  'dash',
  'zsh',
  'ksh',
  'csh',
  'tcsh',
  'fish',
  'busybox',
  'env',
  'xargs',
]);

const ACCEPTS = {
  name: '1 to 64 letters, digits and "_.-"',
  path: `an absolute path of at most ${MAX_TOKEN_LENGTH} characters, each part of letters, digits and "_.+-" and not hidden`,
  label: `a line of 1 to ${MAX_LABEL} characters`,
  category: `a line of 1 to ${MAX_CATEGORY} characters`,
  max_secs: `a whole number from 1 to ${MAX_TIMEOUT_SECS}`,
  args: `up to ${MAX_RULES} tables { literal = "…" }, { enum = ["…", "…"] }, { pattern = "…", max = N } or { path_under = "/…" }, each with optional = true or repeatable = true or neither`,
  literal: 'a word of 1 to 128 characters out of A-Z a-z 0-9 _ . / : = @ , + % -',
  enum: `a list of 1 to ${MAX_CHOICES} words of 1 to 128 characters out of A-Z a-z 0-9 _ . / : = @ , + % -`,
  pattern:
    'characters, \\d, \\w and classes such as [a-z0-9-], each with ?, *, +, {n} or {n,m} behind it or not',
  max: `a whole number from 1 to ${MAX_TOKEN_LENGTH}`,
  path_under: `an absolute path of at most ${MAX_TOKEN_LENGTH} characters, each part of letters, digits and "_.+-" and not hidden`,
  optional: 'true or false',
  repeatable: 'true or false',
} as const;

const COMMAND_KEYS = ['name', 'path', 'label', 'category', 'max_secs', 'args'];
const KINDS = ['literal', 'enum', 'pattern', 'path_under'] as const;
const RULE_KEYS = [...KINDS, 'max', 'optional', 'repeatable'];

type Table = Readonly<Record<string, unknown>>;
/** Tells what is wrong at a place inside the entry. */
type Fault = (path: string, problem: string, accepts?: string) => Error;

/** @throws what `fault` of an entry makes */
export function readCustomCommands(entries: readonly CommandEntry[]): readonly CustomCommand[] {
  const taken = new Set<string>();
  const builtin = new Set([...builtinNames('linux'), ...builtinNames('darwin')]);
  return entries.map((entry, index) => {
    const fault: Fault = (path, problem, accepts) => entry.fault(path, problem, accepts);
    if (index >= MAX_CUSTOM_COMMANDS)
      throw fault('name', `there are more than ${MAX_CUSTOM_COMMANDS} commands`);
    const command = readCommand(entry.values, fault);
    if (builtin.has(command.name)) {
      throw fault(
        'name',
        `"${command.name}" is a built-in command, which no entry can change; choose another name`,
      );
    }
    if (taken.has(command.name)) throw fault('name', `"${command.name}" is there already`);
    taken.add(command.name);
    return command;
  });
}

function readCommand(values: Table, fault: Fault): CustomCommand {
  onlyKeys(values, COMMAND_KEYS, '', fault);
  const name = text(values, 'name', fault, (value) => NAME.test(value));
  if (findDanger([name])) throw fault('name', `"${name}" is on the danger list and is never run`);
  const path = text(values, 'path', fault, isPath);
  const program = path.slice(path.lastIndexOf('/') + 1);
  if (findDanger([path])) throw fault('path', `"${program}" is on the danger list and is never run`);
  if (SHELLS.has(program))
    throw fault(
      'path',
      `"${program}" would run whatever it is given; put a script into allowed_script_dirs instead`,
    );
  const rules = values['args'] ?? [];
  if (!Array.isArray(rules) || rules.length > MAX_RULES) throw fault('args', shown(rules), ACCEPTS.args);
  return {
    name,
    path,
    label: line(values, 'label', MAX_LABEL, fault),
    category: line(values, 'category', MAX_CATEGORY, fault),
    maxSecs:
      values['max_secs'] === undefined ? undefined : integer(values, 'max_secs', MAX_TIMEOUT_SECS, fault),
    args: rules.map((rule: unknown, index) => {
      const place = `args[${index}]`;
      if (!isTable(rule)) throw fault(place, shown(rule), ACCEPTS.args);
      return readRule(rule, (inside, ...rest) =>
        fault(inside === '' ? place : `${place}.${inside}`, ...rest),
      );
    }),
  };
}

function readRule(rule: Table, fault: Fault): ArgumentRule {
  onlyKeys(rule, RULE_KEYS, 'args', fault);
  const kinds = KINDS.filter((kind) => rule[kind] !== undefined);
  if (kinds.length !== 1) {
    throw fault(
      kinds[1] ?? '',
      kinds.length === 0 ? 'it says nothing' : 'one rule says one thing',
      ACCEPTS.args,
    );
  }
  const times = { ...flag(rule, 'optional', fault), ...flag(rule, 'repeatable', fault) };
  const kind = kinds[0]!;
  if (rule['max'] !== undefined && kind !== 'pattern')
    throw fault('max', 'it belongs to a pattern', ACCEPTS.args);
  switch (kind) {
    case 'literal':
      return { literal: text(rule, 'literal', fault, isWord), ...times };
    case 'enum':
      return { enum: choices(rule['enum'], fault), ...times };
    case 'path_under':
      return { pathUnder: text(rule, 'path_under', fault, isPath), ...times };
    case 'pattern': {
      const pattern = text(rule, 'pattern', fault, () => true);
      try {
        compilePattern(pattern);
      } catch (cause) {
        if (cause instanceof BadPattern)
          throw fault('pattern', `${JSON.stringify(pattern)} ${cause.message}`, ACCEPTS.pattern);
        throw cause;
      }
      return { pattern, max: integer(rule, 'max', MAX_TOKEN_LENGTH, fault), ...times };
    }
  }
  return kind satisfies never;
}

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

const isPath = (value: string): boolean => value.length <= MAX_TOKEN_LENGTH && PATH.test(value);
/** A word that would be refused as dangerous in every command is a mistake. */
const isWord = (value: string): boolean => WORD.test(value) && !findDanger(['x', value]);

/** The value as somebody wrote it, as far as one line can show it. */
function shown(value: unknown): string {
  if (value === undefined) return 'it is missing';
  if (typeof value === 'string') return `${JSON.stringify(value.slice(0, 60))} is not accepted`;
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean')
    return `${value} is not accepted`;
  return 'the value is not accepted';
}

function onlyKeys(values: Table, known: readonly string[], of: string, fault: Fault): void {
  const unknown = Object.keys(values).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw fault(unknown, `it is no key of ${of === '' ? '[[commands]]' : of}`, known.join(', '));
}

function text(
  values: Table,
  key: keyof typeof ACCEPTS,
  fault: Fault,
  accepts: (value: string) => boolean,
): string {
  const value = values[key];
  if (typeof value !== 'string' || !accepts(value)) throw fault(key, shown(value), ACCEPTS[key]);
  return value;
}

function line(values: Table, key: 'label' | 'category', max: number, fault: Fault): string | undefined {
  if (values[key] === undefined) return undefined;
  return text(
    values,
    key,
    fault,
    (value) => value.trim() !== '' && value.length <= max && !/\p{Cc}/u.test(value),
  );
}

function integer(values: Table, key: 'max' | 'max_secs', max: number, fault: Fault): number {
  const value = values[key];
  if (typeof value !== 'bigint' || value < 1n || value > BigInt(max))
    throw fault(key, shown(value), ACCEPTS[key]);
  return Number(value);
}

function flag(
  values: Table,
  key: 'optional' | 'repeatable',
  fault: Fault,
): Readonly<Record<string, boolean>> {
  const value = values[key];
  if (value === undefined) return {};
  if (typeof value !== 'boolean') throw fault(key, shown(value), ACCEPTS[key]);
  return { [key]: value };
}

function choices(value: unknown, fault: Fault): readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_CHOICES)
    throw fault('enum', shown(value), ACCEPTS.enum);
  return value.map((one: unknown) => {
    if (typeof one !== 'string' || !isWord(one)) throw fault('enum', shown(one), ACCEPTS.enum);
    return one;
  });
}

/** How the configuration file of a program describes and shows it. */
export const COMMANDS_TABLE = {
  name: 'commands',
  meaning: {
    en: 'More commands beside the built-in ones; server and client must both have the entry. See docs/policy.md.',
    zh: '内置命令之外的命令；服务端和客户端都须有同样的条目。见 docs/policy.md。',
  },
  example: [
    '[[commands]]',
    'name = "nginx-test"',
    'path = "/usr/sbin/nginx"',
    'label = "nginx: test the configuration"',
    'category = "services"',
    'max_secs = 10',
    'args = [{ literal = "-t" }]',
    '',
    '[[commands]]',
    'name = "journal"',
    'path = "/usr/bin/journalctl"',
    'args = [',
    '  { literal = "--no-pager" },',
    '  { literal = "-u" },',
    '  { pattern = "[A-Za-z0-9][A-Za-z0-9@_.-]*", max = 64 },',
    '  { enum = ["-n10", "-n100", "-n1000"], optional = true },',
    ']',
  ].join('\n'),
} as const;
