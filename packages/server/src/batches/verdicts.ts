/** What a command will do on each host, before anything is made. The preview shows it, and a batch is made by it. */
import type { HostPolicy } from '@ops/protocol/domain/client.ts';
import type { TargetVerdict } from '@ops/protocol/http/batches.ts';
import { hostRefusal } from '@ops/policy/host-limits.ts';
import type { Allowed, Refusal } from '@ops/policy/verdict.ts';

import { OFFLINE } from '../commands/command-service.ts';
import type { Target } from './targets.ts';

export interface JudgedTarget {
  readonly clientId: string;
  readonly hostname: string;
  readonly verdict: TargetVerdict;
  /** The host's. */
  readonly refusal?: Refusal | undefined;
}

/**
 * The first clients that registered could run nothing, and said so: readonly, with no command, no script directory and
 * no script extension. A client that can run commands lists what it knows even while it is readonly.
 */
export function clientRunsCommands(policy: HostPolicy | null): policy is HostPolicy {
  if (policy === null) return false;
  const { readonly, commands, script_dirs, script_extensions } = policy;
  return !readonly || commands.length + script_dirs.length + script_extensions.length > 0;
}

/** @param allowed what the policy of this server said */
export function judgeTarget(target: Target, allowed: Allowed, isQueued: boolean): JudgedTarget {
  const { clientId, hostname, online, policy } = target;
  if (!clientRunsCommands(policy)) return { clientId, hostname, verdict: 'too_old' };
  const refusal = hostRefusal(allowed, policy);
  if (refusal) {
    return { clientId, hostname, verdict: policy.readonly ? 'readonly' : 'refused_by_host', refusal };
  }
  if (online) return { clientId, hostname, verdict: 'will_run' };
  return { clientId, hostname, verdict: isQueued ? 'queued' : 'offline' };
}

/** Longest error of a command. */
const MAX_ERROR = 1024;

/** Why a command is over before it began; undefined for one that will run, now or later. */
export function failureOf({ verdict, refusal }: JudgedTarget): string | undefined {
  if (verdict === 'will_run' || verdict === 'queued') return undefined;
  if (verdict === 'offline') return OFFLINE;
  if (verdict === 'too_old') return 'unsupported: this client is too old to run commands';
  return `rejected: ${refusal?.detail.en ?? verdict}`.slice(0, MAX_ERROR);
}
