/** How a program ends; docs/opsctl.md names them. */
export const EXIT = {
  good: 0,
  /** A host failed, or the server could not be asked. */
  failed: 1,
  usage: 2,
  /** By a policy, or because of who asks. */
  refused: 3,
  /** 128 and the number of SIGINT. */
  interrupted: 130,
} as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** Ends the program with one line. */
export class Ending extends Error {
  readonly status: ExitStatus;

  constructor(status: ExitStatus, message: string) {
    super(message);
    this.name = 'Ending';
    this.status = status;
  }
}
