import { MAX_POLL_SECS } from '@ops/protocol/http/events.ts';
import { freshSample } from '@ops/protocol/wire/plain-heartbeat.ts';
import { expect, it } from 'vitest';

import type { CommandStats } from '../commands/commands.ts';
import { MAX_CELLS } from '../fleet/map.ts';
import { fakeLink, idOf, registrationOf, testFleet } from '../fleet/test-fleet.ts';
import { createTestEvents } from './test-reader.ts';
import { viewsOf } from './views.ts';

const IDLE: CommandStats = {
  pending: 0,
  executing: 0,
  finished: { Completed: 0, Timeout: 0, Failed: 0, Cancelled: 0 },
  unstoredBytes: 0,
  dropped: {},
};

function dataOf(frame: string | undefined): unknown {
  return frame === undefined ? undefined : JSON.parse(/data: (.*)/.exec(frame)![1]!);
}

it('a window tells the figures with what changed, and also when only commands did', async () => {
  await using test = await testFleet();
  let executing = 0;
  const stats = (): CommandStats => ({ ...IDLE, executing });
  test.fleet.online(registrationOf(1), fakeLink());
  const [window] = viewsOf({ ...test, commands: { stats } }, new Set(['window']), { limit: 1 });
  expect(dataOf(window?.look().frame)).toMatchObject({
    at: test.clock.wall(),
    matched: 1,
    running_commands: 0,
    ids: [idOf(1)],
  });
  expect(window?.look().frame).toBeUndefined();
  executing = 2;
  const later = dataOf(window?.look().frame);
  expect(later).toMatchObject({ running_commands: 2 });
  expect(later).not.toHaveProperty('ids');
});

it('a map is a view of its own, and what was not asked for is none', async () => {
  await using test = await testFleet();
  test.fleet.online(registrationOf(1), fakeLink())?.heartbeat(freshSample({ cpu_usage: 20 }), undefined);
  const needs = { ...test, commands: { stats: () => IDLE } };
  expect(viewsOf(needs, new Set(['client', 'metrics']), {})).toEqual([]);
  const views = viewsOf(needs, new Set(['map']), { shade: 'cpu' });
  expect(views).toHaveLength(1);
  expect(dataOf(views[0]?.look().frame)).toMatchObject({ cells: [0, 0, 20], more: false });
});

it('a map is polled for its changes: all hosts are told once, then the few that changed', async () => {
  await using test = await testFleet();
  const events = createTestEvents();
  const hosts = Array.from({ length: 2 * MAX_CELLS + 1 }, (_, n) => {
    const host = test.fleet.online(registrationOf(n + 1), fakeLink());
    host?.heartbeat(freshSample({ cpu_usage: 20 }), undefined);
    return host;
  });
  const needs = { ...test, commands: { stats: () => IDLE } };
  let after: string | undefined;
  const poll = () => {
    const views = [...viewsOf(needs, new Set(['map']), { shade: 'cpu' })];
    const { answers } = events.poll({ topics: ['map'], views, ...(after !== undefined && { after }) });
    events.clock.advance(MAX_POLL_SECS * 1000);
    const answer = answers[0]!;
    after = answer.cursor;
    const told = (part: string) => answer.events.map(({ data }) => data[part]).flat();
    return { anew: answer.anew, hosts: told('hosts'), cells: told('cells') };
  };
  expect(poll().hosts).toHaveLength(hosts.length);
  hosts[7]?.heartbeat(freshSample({ cpu_usage: 90 }), undefined);
  expect(poll()).toEqual({ anew: false, hosts: [], cells: [7, 0, 90] });
  expect(poll()).toEqual({ anew: false, hosts: [], cells: [] });
});
