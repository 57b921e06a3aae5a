/** What each goodbye of the server means for this client, in words and in when to come back. */
import type { GoodbyeCode, MessageOf } from '@ops/protocol/wire/messages.ts';

import { LinkFailure } from './failure.ts';
import type { FailureKind } from './failure.ts';

const GOODBYES: Readonly<Record<GoodbyeCode, { readonly kind: FailureKind; readonly words: string }>> = {
  stop: { kind: 'goodbye', words: 'The server is stopping' },
  restart: { kind: 'goodbye', words: 'The server is restarting' },
  too_many_connections: {
    kind: 'goodbye',
    words: 'The server has as many clients as it takes (OPS_MAX_CONNECTIONS)',
  },
  replaced: {
    kind: 'refused',
    words:
      'The server replaced this connection by another one of this very process: was this machine copied while it ran? Run ops-client new-identity on the copy and restart it',
  },
  conflict: {
    kind: 'refused',
    words:
      'Another running client uses the same client id. If this machine is the copy, let the server give it an id of its own: the page of this host in the console, "Give the copy a new identity". If the other one is, run ops-client new-identity there and restart it',
  },
  protocol: {
    kind: 'refused',
    words: 'The server did not understand this client: are both of the same version?',
  },
};

export function goodbyeFailure({ code, come_back_in_ms: comeBackInMs }: MessageOf<'goodbye'>): LinkFailure {
  const { kind, words } = GOODBYES[code];
  return new LinkFailure(kind, words, comeBackInMs === undefined ? {} : { comeBackInMs });
}
