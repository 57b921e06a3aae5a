import { ACCESS } from '@ops/protocol/http/endpoint.ts';
import type { Access, Role } from '@ops/protocol/http/endpoint.ts';
import { describe, expect, it } from 'vitest';

import { refusal, sessionPrincipal, tokenPrincipal } from './principal.ts';
import type { Principal } from './principal.ts';

function session(role: Role, passwordIsDefault = false, restricted = false) {
  const user = { id: 'u', username: 'someone', role, passwordIsDefault, disabled: false };
  return { hash: 'h', user, restricted, expiresInSecs: 10, maxExpiresInSecs: 20 };
}

const as = (role: Role): Principal => sessionPrincipal(session(role), false);
const fenced = sessionPrincipal(session('admin', true), false);

describe('S-1, S-2 who is let in', () => {
  const table: Record<string, [Principal | undefined, boolean, Partial<Record<Access, string>>]> = {
    nobody: [
      undefined,
      false,
      {
        session: 'unauthenticated',
        viewer: 'unauthenticated',
        operator: 'unauthenticated',
        admin: 'unauthenticated',
        metrics: 'unauthenticated',
      },
    ],
    'nobody, from this machine': [
      undefined,
      true,
      {
        session: 'unauthenticated',
        viewer: 'unauthenticated',
        operator: 'unauthenticated',
        admin: 'unauthenticated',
      },
    ],
    'a viewer': [as('viewer'), false, { operator: 'forbidden', admin: 'forbidden', metrics: 'forbidden' }],
    'an operator': [as('operator'), false, { admin: 'forbidden', metrics: 'forbidden' }],
    'an administrator': [as('admin'), false, { metrics: 'forbidden' }],
    'the token': [tokenPrincipal, false, { admin: 'forbidden' }],
    'an administrator with the default password from elsewhere': [
      fenced,
      false,
      {
        viewer: 'password_change_required',
        operator: 'password_change_required',
        admin: 'password_change_required',
        metrics: 'forbidden',
      },
    ],
  };

  it.each(Object.entries(table))('%s', (_who, [principal, local, refused]) => {
    for (const access of ACCESS)
      expect([access, refusal(access, principal, local)]).toEqual([access, refused[access]]);
  });
});

describe('the default password', () => {
  it.each([
    // default, signed in elsewhere, request is local → restricted
    [true, false, true, false],
    [true, false, false, true],
    [true, true, true, true],
    [true, true, false, true],
    [false, true, false, false],
    [false, false, false, false],
  ])(
    'default %s, signed in from elsewhere %s, local request %s → fenced %s',
    (isDefault, elsewhere, local, is) => {
      const principal = sessionPrincipal(session('admin', isDefault, elsewhere), local);
      expect(principal.restricted).toBe(is);
      expect(principal.mustChangePassword).toBe(isDefault);
    },
  );
});
