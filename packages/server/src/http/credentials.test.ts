import { expect, it } from 'vitest';

import { cookieValues } from './hooks/credentials.ts';

it.each([
  [undefined, []],
  ['', []],
  ['session_id=a', ['a']],
  ['other=1; session_id=a; third=x=y', ['a']],
  ['session_id="a"', ['a']],
  ['session_id=a;session_id=b', ['a', 'b']],
  ['xsession_id=a; session_idx=b', []],
  ['session_id', []],
  ['session_id=', ['']],
  ['SESSION_ID=a', []],
  [' session_id = a ', ['a']],
])('the session cookie of %j is %j', (header, values) =>
  expect(cookieValues(header, 'session_id')).toEqual(values),
);
