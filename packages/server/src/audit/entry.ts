/** One line of the audit trail, before it gets its place in the chain. Never holds passwords, tokens or secrets. */
export interface AuditEntry {
  /** Wall-clock milliseconds. */
  readonly atMs: number;
  /** User name, `token`, `client:<id>`, `address` or `system`. */
  readonly actor: string;
  /** Role of the actor, empty for none. */
  readonly role: string;
  /** Address it came from, empty for the server itself. */
  readonly address: string;
  /** What was tried: `login`, `logout`, `password_change`, `client_forget`, `client_auth`, … */
  readonly action: string;
  /** Id of what it was done to, empty for none. */
  readonly target: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly outcome: 'ok' | 'refused' | 'failed';
}
