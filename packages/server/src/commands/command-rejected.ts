/** A command that the policy of this server, or of the host it is for, refuses. Nothing was recorded but the refusal. */
import { OpsError } from '@ops/protocol/errors.ts';
import type { Refusal } from '@ops/policy/verdict.ts';

export class CommandRejected extends OpsError {
  readonly refusal: Refusal;
  readonly refusedBy: 'server' | 'host';

  constructor(refusal: Refusal, refusedBy: 'server' | 'host' = 'server') {
    super('command_rejected', { reason: refusal.detail.en });
    this.name = 'CommandRejected';
    this.refusal = refusal;
    this.refusedBy = refusedBy;
  }
}
