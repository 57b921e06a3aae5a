/**
 * Decides what may be executed: pure, linear in the length of the command, the same on both sides. The server asks
 * before anything is recorded, the client again before anything starts; what runs is what both allow.
 */
import type { CustomCommand } from './custom-command.ts';
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
