/**
 * Decides what may be executed: pure, linear in the length of the command, the same on both sides. The server asks
 * before anything is recorded, the client again before anything starts; what runs is what both allow.
 */
import type { Builtin } from './builtin/builtin.ts';
import { DARWIN } from './builtin/darwin.ts';
import { judgeBuiltin } from './builtin/judge-builtin.ts';
import { LINUX } from './builtin/linux.ts';
import type { CustomCommand } from './custom-command.ts';
import { findDanger } from './danger.ts';
import { customJudge } from './judge-custom.ts';
import { notAllowed } from './refusal.ts';
import { judgeScript } from './script-path.ts';
import type { Sentence } from './sentence.ts';
import { tokenize } from './tokenize.ts';
import type { Refusal, Verdict } from './verdict.ts';

export interface PolicyOptions {
  readonly platform: 'linux' | 'darwin' | 'win32';
  /** Built-in commands that are allowed, by name; undefined: every one. */
  readonly commands?: readonly string[] | undefined;
  /** More commands, from the configuration. */
  readonly custom: readonly CustomCommand[];
  /** Absolute; empty: no scripts. */
  readonly scriptDirs: readonly string[];
  readonly scriptExtensions: readonly string[];
}

/** Made once by `createPolicy`. */
export interface Policy {
  readonly platform: PolicyOptions['platform'];
  /** Every name that may stand first, sorted. */
  readonly names: readonly string[];
  readonly scriptDirs: readonly string[];
  readonly scriptExtensions: readonly string[];
  judge(command: string): Verdict;
}

/** What a host says of itself (`register.policy`), for display and preview. */
export interface HostLimits {
  readonly readonly: boolean;
  readonly commands: readonly string[];
  readonly script_dirs: readonly string[];
  readonly script_extensions: readonly string[];
}

export type { Refusal, Verdict };

/**
 * Windows has the entries of Linux: nothing is spawned for them there, the client answers `program` verdicts from
 * Node's own interfaces.
 */
const BUILTINS: Readonly<Record<PolicyOptions['platform'], readonly Builtin[]>> = {
  linux: LINUX,
  darwin: DARWIN,
  win32: LINUX,
};

export function builtinNames(platform: PolicyOptions['platform']): readonly string[] {
  return BUILTINS[platform].map(({ name }) => name);
}

/** What to say of names people type and that are refused for a reason. */
const ADVICE: ReadonlyMap<string, Sentence> = new Map([
  ['ss', { zh: '请用 netstat，例如 netstat -tlnp', en: 'use netstat, for example netstat -tlnp' }],
  [
    'sudo',
    {
      zh: '命令以客户端的用户身份执行，请去掉 sudo',
      en: "commands run as the client's user: leave sudo out",
    },
  ],
]);

/** @throws BadPattern when a command from the configuration has a pattern that its reader would have refused */
export function createPolicy(options: PolicyOptions): Policy {
  const { platform, commands, custom, scriptDirs, scriptExtensions } = options;
  const entries = new Map<string, (args: readonly string[]) => Verdict>();
  for (const builtin of BUILTINS[platform]) {
    if (commands !== undefined && !commands.includes(builtin.name)) continue;
    entries.set(builtin.name, (args) => judgeBuiltin(builtin, args));
  }
  // A name that is built in keeps its grammar: its reader refuses such an entry.
  for (const command of custom) {
    if (!BUILTINS[platform].some(({ name }) => name === command.name))
      entries.set(command.name, customJudge(command));
  }
  const names = [...entries.keys()].toSorted();
  return {
    platform,
    names,
    scriptDirs,
    scriptExtensions,
    judge(command) {
      const tokens = tokenize(command);
      if ('ok' in tokens) return tokens;
      const danger = findDanger(tokens);
      if (danger) return danger;
      const [name = '', ...args] = tokens;
      if (name.includes('/')) return judgeScript({ scriptDirs, scriptExtensions }, [name, ...args]);
      const entry = entries.get(name);
      return entry === undefined ? notAllowed(name, names, ADVICE.get(name)) : entry(args);
    },
  };
}
