/** What a host says of its own policy, and what that would refuse: for the server's preview. The host decides again. */
import type { HostLimits, Policy } from './policy.ts';
import { notAllowed, readonlyHost } from './refusal.ts';
import { judgeScript } from './script-path.ts';
import type { Allowed, Refusal } from './verdict.ts';

/** Bounds of `register.policy`. */
const MAX_COMMANDS = 256;
const MAX_SCRIPT_DIRS = 64;

export function hostLimits(policy: Policy, readonly: boolean): HostLimits {
  return {
    readonly,
    commands: policy.names.slice(0, MAX_COMMANDS),
    script_dirs: policy.scriptDirs.slice(0, MAX_SCRIPT_DIRS),
    script_extensions: policy.scriptExtensions,
  };
}

/** @param allowed what the server's own policy said of the command */
export function hostRefusal(allowed: Allowed, host: HostLimits): Refusal | undefined {
  const [name = '', ...args] = allowed.argv;
  if (host.readonly) return readonlyHost(name);
  if (allowed.kind === 'script') {
    const rules = { scriptDirs: host.script_dirs, scriptExtensions: host.script_extensions };
    const verdict = judgeScript(rules, [name, ...args]);
    return verdict.ok ? undefined : verdict;
  }
  return host.commands.includes(name) ? undefined : notAllowed(name, host.commands);
}
