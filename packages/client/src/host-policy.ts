/** What this host allows: as the policy that judges, and in the words in which the server is told. Pure. */
import { createPolicy } from '@ops/policy/policy.ts';
import type { HostLimits, Policy } from '@ops/policy/policy.ts';
import type { HostPolicy } from '@ops/protocol/domain/client.ts';

import type { ClientConfig } from './config.ts';

type PolicyOptions = Pick<
  ClientConfig,
  'allowedCommands' | 'commands' | 'allowedScriptDirs' | 'allowedScriptExtensions'
>;

/** The platforms a policy is written for; elsewhere nothing is built in. */
export function policyOf(config: PolicyOptions): Policy {
  const { platform } = process;
  return createPolicy({
    platform: platform === 'darwin' || platform === 'win32' ? platform : 'linux',
    commands: config.allowedCommands,
    custom: config.commands,
    scriptDirs: config.allowedScriptDirs,
    scriptExtensions: config.allowedScriptExtensions,
  });
}

/** Bounds of what `register.policy` may hold: a longer one is not told, or the server would refuse the host. */
const MAX_APPS_DIR = 256;
const MAX_USER = 64;

/** What this host allows, in the words of `register`. */
export function policyMessage(
  limits: HostLimits,
  { commands, appsBaseDir }: Pick<ClientConfig, 'commands' | 'appsBaseDir'>,
  user: string | undefined,
): HostPolicy {
  const custom = commands.map(({ name }) => name).filter((name) => limits.commands.includes(name));
  return {
    readonly: limits.readonly,
    commands: [...limits.commands],
    script_dirs: [...limits.script_dirs],
    script_extensions: [...limits.script_extensions],
    custom_commands: custom,
    ...(appsBaseDir.length <= MAX_APPS_DIR && { apps_dir: appsBaseDir }),
    ...(user !== undefined && user.length <= MAX_USER && { user }),
  };
}
