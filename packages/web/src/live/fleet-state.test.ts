import type { ClientSummary } from '@ops/protocol/http/clients.ts';
import { describe, expect, test } from 'vitest';

import { clientNamed, idOf } from './event-source.test-support.ts';
import { applyEvents, fromSnapshot } from './fleet-state.ts';
import type { FleetState } from './fleet-state.ts';

const COUNTS = { total: 2, online: 2, late: 0, offline: 0 };

function fleetOf(...clients: ClientSummary[]): FleetState {
  return fromSnapshot({
    clients: Object.fromEntries(clients.map((client) => [client.id, client])),
    counts: COUNTS,
    matched: 0,
    next_cursor: null,
  });
}

const web = clientNamed('web', 1, { metrics: { cpu_usage: 10 } });
const db = clientNamed('db', 2);

describe('events', () => {
  test('a client comes, changes and goes', () => {
    const start = fleetOf(web);
    const came = applyEvents(start, [{ name: 'client', data: db }]);
    expect([...came.clients.keys()]).toEqual([web.id, db.id]);
    const late = { ...db, late: true };
    const changed = applyEvents(came, [{ name: 'client', data: late }]);
    expect(changed.clients.get(db.id)).toMatchObject({ id: db.id, late: true });
    const gone = applyEvents(changed, [{ name: 'forgotten', data: { id: db.id } }]);
    expect([...gone.clients.keys()]).toEqual([web.id]);
  });

  test('are applied in the order they came in', () => {
    const { clients } = applyEvents(fleetOf(web), [
      { name: 'client', data: { ...web, late: true } },
      { name: 'client', data: { ...web, status: 'offline' } },
    ]);
    expect(clients.get(web.id)).toMatchObject({ status: 'offline', late: false });
  });

  test('counts replace counts', () => {
    const counts = { total: 5, online: 3, late: 1, offline: 2 };
    expect(applyEvents(fleetOf(web), [{ name: 'counts', data: counts }]).counts).toEqual(counts);
  });

  test('leave the state before them as it was', () => {
    const before = fleetOf(web);
    applyEvents(before, [
      { name: 'client', data: db },
      { name: 'forgotten', data: { id: web.id } },
    ]);
    expect([...before.clients.values()]).toEqual([web]);
  });

  test('none: the very same state', () => {
    const before = fleetOf(web);
    expect(applyEvents(before, [])).toBe(before);
  });
});

describe('what hosts are not chosen by', () => {
  test('is not kept', () => {
    const { clients } = applyEvents(fleetOf(), [{ name: 'client', data: web }]);
    expect(clients.get(web.id)).toEqual({
      id: web.id,
      hostname: 'web',
      ip_addresses: ['10.0.0.1'],
      labels: {},
      status: 'online',
      late: false,
    });
  });

  test('changes nothing: the very same state, so that ten thousand names are not sorted again', () => {
    const before = fleetOf(web, db);
    const other = { ...web, apps: 3, encrypted: false, last_seen_ms: 2000, metrics: { cpu_usage: 55 } };
    expect(applyEvents(before, [{ name: 'client', data: other }])).toBe(before);
    expect(applyEvents(before, [{ name: 'forgotten', data: { id: idOf(9) } }])).toBe(before);
  });

  test('new counts alone leave the clients as they are', () => {
    const before = fleetOf(web, db);
    const after = applyEvents(before, [{ name: 'counts', data: { ...COUNTS, late: 1 } }]);
    expect(after).not.toBe(before);
    expect(after.clients).toBe(before.clients);
  });

  test.each([
    { hostname: 'web-2' },
    { labels: { env: 'prod' } },
    { ip_addresses: ['10.9.9.9'] },
    { status: 'offline' as const },
    { late: true },
  ])('but what they are found by does: %j', (changed) => {
    const before = fleetOf(web, db);
    const { clients } = applyEvents(before, [{ name: 'client', data: { ...web, ...changed } }]);
    expect(clients.get(web.id)).toMatchObject(changed);
    expect(clients.get(db.id)).toBe(before.clients.get(db.id));
  });
});
