/** Every command of opsctl, in the order of help and documentation. */
import type { Command } from '../command.ts';
import { apps } from './apps.ts';
import { cancel } from './cancel.ts';
import { completionOf } from './completion.ts';
import { history } from './history.ts';
import { hosts } from './hosts.ts';
import { identity } from './identity.ts';
import { login, logout } from './login.ts';
import { release } from './release.ts';
import { result } from './result.ts';
import { rollout } from './rollout.ts';
import { rollouts } from './rollouts.ts';
import { run } from './run.ts';
import { tokens } from './tokens.ts';
import { upgrade } from './upgrade.ts';
import { upgrades } from './upgrades.ts';

export const COMMANDS: readonly Command[] = [
  login,
  logout,
  hosts,
  run,
  result,
  cancel,
  history,
  apps,
  rollout,
  rollouts,
  upgrade,
  upgrades,
  tokens,
  identity,
  release,
  completionOf(() => COMMANDS),
];
