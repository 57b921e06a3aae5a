import type { AuditEntry } from '../audit/entry.ts';
import type { Statement, StatementResult } from '../storage/database.ts';
import type { User } from './user-store.ts';

export type SessionEnd =
  | 'idle'
  | 'expired'
  | 'logout'
  | 'replaced'
  | 'password_changed'
  | 'disabled'
  | 'too_many'
  | 'gone';

export interface ActiveSession {
  /** SHA-256 of the id, hex: what a session is called inside the server. */
  readonly hash: string;
  readonly user: Omit<User, 'passwordHash'>;
  /** Signed in with the default password from another machine. */
  readonly restricted: boolean;
  readonly expiresInSecs: number;
  /** However active the user is. */
  readonly maxExpiresInSecs: number;
}

/** What becomes true together with a change of sessions. */
export interface Together {
  readonly statements?: readonly Statement[];
  readonly audit: readonly AuditEntry[];
}

export interface SessionService {
  /**
   * Makes a session with a new id, if the user still is who was checked. `replaces` ends in the same write.
   * @returns the id (for the cookie, kept nowhere), undefined when the user changed meanwhile
   * @throws OpsError `storage_unavailable`
   */
  open(
    user: User,
    session: { readonly restricted: boolean; readonly address: string; readonly replaces?: string },
    together: Together,
  ): Promise<string | undefined>;
  /** Finding does not extend. @param id as the browser sent it */
  find(id: string): Promise<ActiveSession | undefined>;
  /** The same by hash, for streams that look again. */
  findByHash(hash: string): Promise<ActiveSession | undefined>;
  /** The user did something. @returns seconds until the session ends, 0 when it has */
  activity(hash: string): number;
  /** Ends it here at once, and in the database. @throws OpsError `storage_unavailable` when the row is still there */
  end(hash: string, why: SessionEnd, together: Together): Promise<void>;
  /** Ends the user's other sessions with the write, or none. @returns the results of `statements` */
  endOthers(session: ActiveSession, together: Together): Promise<readonly StatementResult[]>;
  /** Calls once when the session ends; at once when it has. @returns how to stop waiting */
  onEnd(hash: string, call: (why: SessionEnd) => void): () => void;
  /** Stops the timers and writes down the last activity of every session. */
  close(): Promise<void>;
}
