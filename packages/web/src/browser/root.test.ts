import { expect, test } from 'vitest';

import { hrefBelow, rootOf } from './root.ts';

test.each([
  ['./', 'https://ops.test/', '/'],
  ['./', 'https://ops.test/login?x=1#y', '/'],
  ['../', 'https://ops.test/clients/1', '/'],
  ['./', 'https://ops.test/ops/', '/ops/'],
  ['../', 'https://ops.test/ops/clients/1', '/ops/'],
  ['../../../', 'https://ops.test/a/b/apps/1/shop/releases', '/a/b/'],
  // The development server writes nothing.
  ['__ROOT__', 'http://localhost:5173/clients/1', '/'],
  [undefined, 'http://localhost:5173/clients/1', '/'],
])('with %s on %s the root is %s', (way, page, root) => {
  expect(rootOf(way, page)).toBe(root);
});

test('addresses of the server are below the root', () => {
  expect(hrefBelow('/')('/api/clients')).toBe('/api/clients');
  expect(hrefBelow('/ops/')('/api/events?topics=client')).toBe('/ops/api/events?topics=client');
});
