import { checkAuth, login } from '@ops/protocol/http/auth.ts';
import { describe, expect, it } from 'vitest';

import { createMethodTable } from './hooks/route.ts';
import { matchRoutes, route } from './route.ts';

const answering = route(checkAuth).sends(({ reply }) => reply);

describe('S-1 the server does not start', () => {
  it('when an entry of the table has no handler', () => {
    expect(() => matchRoutes([checkAuth, login], [answering])).toThrow('POST /api/login has 0 handlers');
  });

  it('when an entry has two', () => {
    expect(() => matchRoutes([checkAuth], [answering, answering])).toThrow(
      'GET /api/check-auth has 2 handlers',
    );
  });

  it('when a handler has no entry', () => {
    expect(() => matchRoutes([], [answering])).toThrow('GET /api/check-auth is not in the table');
  });

  it('when two entries share a path and method', () => {
    const again = { ...checkAuth };
    const routes = [answering, route(again).sends(({ reply }) => reply)];
    expect(() => matchRoutes([checkAuth, again], routes)).toThrow(
      'GET /api/check-auth is in the table of endpoints twice',
    );
  });
});

it('the methods of a path are those of the entry that fits it exactly', () => {
  const table = createMethodTable([
    { path: '/a.b', methods: ['GET'] },
    { path: '/a/{id}', methods: ['GET'] },
    { path: '/a/{id}', methods: ['DELETE'] },
    { path: '/a/{id}/c', methods: ['POST'] },
  ]);
  expect(table.methodsOf('/a.b')).toEqual(['GET']);
  expect(table.methodsOf('/aXb')).toEqual([]);
  expect(table.methodsOf('/a/1')).toEqual(['GET', 'DELETE']);
  expect(table.methodsOf('/a/1/c')).toEqual(['POST']);
  expect(table.methodsOf('/a/')).toEqual([]);
  expect(table.methodsOf('/a/1/2')).toEqual([]);
});
