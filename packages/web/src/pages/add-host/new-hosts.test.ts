import { expect, test } from 'vitest';

import { clientNamed } from '../../live/event-source.test-support.ts';
import { withNewHost } from './use-new-hosts.ts';

const SINCE = 1000;

test('a host counts once it is there for the first time, and once only', () => {
  const web = clientNamed('web-01', 1, { first_seen_ms: SINCE });
  const one = withNewHost([], web, SINCE);
  expect(one).toEqual([{ id: web.id, hostname: 'web-01' }]);
  expect(withNewHost(one, web, SINCE)).toBe(one);
  expect(withNewHost(one, clientNamed('web-02', 2, { first_seen_ms: SINCE + 1 }), SINCE)).toHaveLength(2);
});

test.each([
  ['was here before the page was opened', { first_seen_ms: SINCE - 1 }],
  ['is gone again', { first_seen_ms: SINCE, status: 'offline' }],
] as const)('one that %s does not', (_what, more) => {
  expect(withNewHost([], clientNamed('web-01', 1, more), SINCE)).toEqual([]);
});
