/**
 * What becomes of a command that is not over when its client registers: the rules of "Reconciliation after every
 * reconnect", as one pure function. What the client lists counts; of what it does not list only that is sent again
 * which its journal shows that it never had.
 *
 *   listed                       → it answers for it: wait, or executing
 *   never carried                → held, or its turn comes, or its time is over
 *   acknowledged once, or another journal, or one that went back → interrupted, never sent again
 *   never acknowledged           → sent again within its time; cancelled if that was asked for; else interrupted
 */
export interface CommandFacts {
  readonly held: boolean;
  /** A connection has, or may have, carried it. */
  readonly carried: boolean;
  readonly acknowledged: boolean;
  /** Journal it was sent to; null when it was not. */
  readonly epoch: string | null;
  /** It may still be started. */
  readonly inTime: boolean;
  readonly cancelRequested: boolean;
}

export interface ReportFacts {
  /** What the client says of this command; undefined when it does not list it. */
  readonly listed: 'waiting' | 'running' | 'finished' | undefined;
  readonly epoch: string;
  /** `last_seq` is not below the highest that the client had ever acknowledged in this journal. */
  readonly historyFits: boolean;
}

export type Decision =
  /** The client has it and will answer. */
  | 'wait'
  | 'executing'
  /** Nothing has to be done now: it waits for its batch, or for its turn to be sent. */
  | 'keep'
  | 'send_again'
  | 'expired'
  | 'interrupted'
  | 'cancelled';

export function reconcile(command: CommandFacts, report: ReportFacts): Decision {
  if (report.listed === 'running') return 'executing';
  if (report.listed !== undefined) return 'wait';
  if (!command.carried) return command.held || command.inTime ? 'keep' : 'expired';
  if (command.acknowledged || command.epoch !== report.epoch || !report.historyFits) return 'interrupted';
  if (command.cancelRequested) return 'cancelled';
  return command.inTime ? 'send_again' : 'interrupted';
}
