/** For gateways that know of shared secrets only. */
import type { CredentialBook } from '../enrolment/enrolment.ts';

export const EMPTY_BOOK: CredentialBook = {
  provable: () => ({ kind: 'shared' }),
  tokenText: () => undefined,
  proved: () => undefined,
  enrol: () => Promise.resolve('token_revoked'),
  takeNewIdentity: () => undefined,
};
