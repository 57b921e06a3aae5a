import type { ClientSummary } from '@ops/protocol/http/clients.ts';
import { describe, expect, test } from 'vitest';

import { clientNamed, idOf } from './event-source.test-support.ts';
import { applyEvents, fromSnapshot } from './fleet-state.ts';
import type { FleetEvent, FleetState } from './fleet-state.ts';

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
    expect(changed.clients.get(db.id)).toEqual(late);
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

function readings(id: string, last_seen_ms: number, cpu_usage: number): FleetEvent {
  return { name: 'metrics', data: { at: last_seen_ms, clients: { [id]: { last_seen_ms, cpu_usage } } } };
}

describe('metrics', () => {
  test('replace all readings: one that is gone is absent, not what it was', () => {
    const full = clientNamed('web', 1, { metrics: { cpu_usage: 10, load1: 2 } });
    const { clients } = applyEvents(fleetOf(full), [readings(full.id, 2000, 55)]);
    expect(clients.get(full.id)).toEqual({ ...full, last_seen_ms: 2000, metrics: { cpu_usage: 55 } });
  });

  test('keep the object of every client that has none, so that it is not drawn again', () => {
    const { clients } = applyEvents(fleetOf(web, db), [readings(web.id, 2000, 55)]);
    expect(clients.get(db.id)).toBe(db);
    expect(clients.get(web.id)).not.toBe(web);
  });

  test('older than what is known change nothing', () => {
    const { clients } = applyEvents(fleetOf(web), [readings(web.id, 999, 55)]);
    expect(clients.get(web.id)).toBe(web);
  });

  test('of a client nobody knows do not bring it into being', () => {
    const { clients } = applyEvents(fleetOf(web), [readings(idOf(9), 2000, 55)]);
    expect(clients.has(idOf(9))).toBe(false);
  });
});
