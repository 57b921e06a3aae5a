/** Enrolment, as HTTP and the gateway see it. */
import type { CreatedToken, TokenView } from '@ops/protocol/http/enrolment.ts';

/** Who gives an order. */
export interface By {
  readonly actor: string;
  readonly role: string;
  readonly address: string;
}

/** Lets new hosts in: so many, until then, only one id when that is given. Times are wall-clock milliseconds. */
export interface Token {
  readonly id: string;
  readonly note: string;
  readonly maxUses: number;
  readonly uses: number;
  /** Only this client may use it, also when it is known already. */
  readonly clientId: string | null;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly expiresAtMs: number;
  readonly revokedAtMs: number | null;
}

/**
 * The key of one client.
 *
 *   issued ──the client proves it──► confirmed ──a token for this client──► issued again (generation + 1)
 *     │                                  │
 *     │ what the client had before        └──revoked──► revoked: nothing works but a token for this client
 *     └ works until then
 */
export interface ClientKey {
  readonly clientId: string;
  readonly generation: number;
  readonly salt: string;
  /** Of the key file it was derived from. */
  readonly keyPrint: string;
  readonly tokenId: string;
  readonly issuedAtMs: number;
  readonly confirmedAtMs: number | null;
  readonly revokedAtMs: number | null;
  /** While this one is not confirmed: the one before; null when there was none. */
  readonly before: { readonly generation: number; readonly salt: string } | null;
  /** While this one is not confirmed: the client was known by the shared secret. */
  readonly hadShared: boolean;
}

export interface EnrolRequest {
  readonly tokenId: string;
  readonly clientId: string;
  readonly hostname: string;
  readonly clientVersion: string;
  readonly address: string;
}

export const REFUSALS = [
  'token_expired',
  'token_revoked',
  'token_used_up',
  'token_other_client',
  'id_known',
  'forgotten',
] as const;
export type Refusal = (typeof REFUSALS)[number];

export interface Granted {
  readonly generation: number;
  /** 64 hex digits. */
  readonly key: string;
}

/** What may be proved for a client id; `shared`: by what all clients share. At most two of them count. */
export type Provable =
  | { readonly kind: 'shared' }
  | {
      readonly kind: 'own';
      /** Undefined: revoked, nothing can be proved. */
      readonly key: string | undefined;
      /** While the key was never used: what the client had before. */
      readonly before: 'shared' | { readonly key: string } | undefined;
    };

/** How the gateway looks up and gives out credentials. */
export interface CredentialBook {
  provable(clientId: string): Provable;
  /** Undefined when there is no such token. Also of one that is over: who knows it is told so. */
  tokenText(tokenId: string): string | undefined;
  /** The newest key of this client was proved: what came before it does not work any more. */
  proved(clientId: string): void;
  /** @throws OpsError `storage_unavailable`: nothing has changed, the client may ask again */
  enrol(request: EnrolRequest): Promise<Granted | Refusal>;
  /** Of a client whose id is used twice: the order for the one that was refused, once. `token` when it needs one. */
  takeNewIdentity(clientId: string, address: string): { readonly token: string | undefined } | undefined;
}

export interface Enrolment extends CredentialBook {
  /** Newest first. */
  tokens(): readonly TokenView[];
  /** The one time its text is told. @throws OpsError `authentication_off`, `too_many_tokens`, `storage_unavailable` */
  createToken(
    wish: {
      readonly maxUses: number;
      readonly expiresInSecs: number;
      readonly note: string;
      readonly clientId: string | null;
    },
    by: By,
  ): Promise<CreatedToken>;
  /** @throws OpsError `token_not_found`, `storage_unavailable` */
  revokeToken(id: string, by: By): Promise<void>;
  /** The next process that is refused because of its id gets another one. @throws OpsError `no_conflict` */
  orderNewIdentity(clientId: string, by: By): Promise<void>;
  /** Nothing but a token for this client lets it in again. @throws OpsError `no_key`, `storage_unavailable` */
  revokeKey(clientId: string, by: By): Promise<void>;
  keyOf(clientId: string): ClientKey | undefined;
}
