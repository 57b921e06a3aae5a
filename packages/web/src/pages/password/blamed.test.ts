import { expect, test } from 'vitest';

import { failureOf } from '../../api/api-error.ts';
import { blamed } from './PasswordForm.tsx';

test.each([
  [{ code: 'invalid_credentials' }, 'current'],
  [{ code: 'weak_password' }, 'next'],
  [{ code: 'invalid_request', field: 'body.new_password' }, 'next'],
  [{ code: 'too_many_requests' }, undefined],
])('%j belongs to the field %s', (body, field) => {
  expect(blamed(failureOf(400, body, null))).toBe(field);
});
