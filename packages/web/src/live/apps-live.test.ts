import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';
import { expect, test } from 'vitest';

import { manualBrowserClock } from '../browser/clock.test-support.ts';
import { commandOf } from '../commands/command.test-support.ts';
import { appKey, createAppsLive, LAST_ROLLOUTS, QUIET_MS, withEvents } from './apps-live.ts';
import type { AppsState } from './apps-live.ts';
import type { StreamEvent } from './event-stream.ts';
import { MAX_QUEUED_EVENTS } from './fleet-live.ts';
import { rolloutOf } from '../rollouts/rollout.test-support.ts';
import { clientNamed, fakeStreams, idOf } from './event-source.test-support.ts';

const STOPPED: AppInfo = { name: 'shop', service_status: 'Stopped', has_script: true };
const RUNNING: AppInfo = { ...STOPPED, service_status: 'Running' };

function clientOf(number: number, more: Partial<ClientApps> = {}): ClientApps {
  return {
    client_id: idOf(number),
    hostname: `web-${number}`,
    status: 'online',
    readonly: false,
    apps: [STOPPED],
    ...more,
  };
}
const stateOf = (...clients: ClientApps[]): AppsState => ({
  clients: new Map(clients.map((client) => [client.client_id, client])),
  actions: new Map(),
  rollouts: [],
});

/** Undefined: only a fetch can tell. */
function withEvent(state: AppsState, event: StreamEvent): AppsState | undefined {
  const { state: next, isDue } = withEvents(state, [event]);
  return isDue ? undefined : next;
}

test('an event changes its client and no other', () => {
  const state = stateOf(clientOf(1), clientOf(2));
  const changed = withEvent(state, { name: 'app', data: { client_id: idOf(1), apps: [RUNNING] } });
  expect(changed?.clients.get(idOf(1))?.apps).toEqual([RUNNING]);
  expect(changed?.clients.get(idOf(2))).toBe(state.clients.get(idOf(2)));
  const away = withEvent(state, { name: 'client', data: clientNamed('web-9', 2, { status: 'offline' }) });
  expect(away?.clients.get(idOf(2))).toMatchObject({ hostname: 'web-9', status: 'offline', apps: [STOPPED] });
  const gone = withEvent(state, { name: 'forgotten', data: { id: idOf(1) } });
  expect([...(gone?.clients ?? [])].map(([id]) => id)).toEqual([idOf(2)]);
});

test('what an event cannot tell is asked for', () => {
  const away = stateOf(clientOf(1, { status: 'offline' }));
  expect(withEvent(away, { name: 'app', data: { client_id: idOf(1), apps: null } })).toBeUndefined();
  expect(withEvent(away, { name: 'app', data: { client_id: idOf(7), apps: [] } })).toBeUndefined();
  // It registered anew: whether it is readonly may be another.
  expect(withEvent(away, { name: 'client', data: clientNamed('web-1', 1) })).toBeUndefined();
  expect(withEvent(away, { name: 'client', data: clientNamed('new', 3) })).toBeUndefined();
  expect(withEvent(away, { name: 'reset', data: {} })).toBeUndefined();
});

test('what changes nothing draws nothing', () => {
  const state = stateOf(clientOf(1));
  expect(withEvent(state, { name: 'client', data: clientNamed('web-1', 1) })).toBe(state);
  expect(withEvent(state, { name: 'forgotten', data: { id: idOf(5) } })).toBe(state);
});

test('events are applied in order, and one that only a fetch can tell holds up no other', () => {
  const state = stateOf(clientOf(1), clientOf(2), clientOf(3));
  const { state: after, isDue } = withEvents(state, [
    { name: 'app', data: { client_id: idOf(1), apps: [RUNNING] } },
    { name: 'app', data: { client_id: idOf(7), apps: [] } },
    { name: 'app', data: { client_id: idOf(1), apps: [STOPPED, RUNNING] } },
    { name: 'forgotten', data: { id: idOf(2) } },
  ]);
  expect(isDue).toBe(true);
  expect([...after.clients.values()].map(({ client_id: id, apps }) => [id, apps])).toEqual([
    [idOf(1), [STOPPED, RUNNING]],
    [idOf(3), [STOPPED]],
  ]);
  expect(state.clients.size).toBe(3);
});

test('an action stands at its application until it is over, and another one is not ended by it', () => {
  const action = commandOf({ kind: 'service', app_name: 'shop', client_id: idOf(1), command: 'Stop shop' });
  const key = appKey(idOf(1), 'shop');
  const begun = withEvent(stateOf(clientOf(1)), { name: 'command', data: action })!;
  expect(begun.actions.get(key)).toEqual(action);
  const other = commandOf({ ...action, id: idOf(77), state: 'Completed' });
  expect(withEvent(begun, { name: 'command', data: other })).toBe(begun);
  expect(withEvent(begun, { name: 'command', data: commandOf() })).toBe(begun);
  const ended = withEvent(begun, { name: 'command', data: { ...action, state: 'Failed' } });
  expect(ended?.actions.size).toBe(0);
});

function told(state: AppsState, n: number, more: Partial<RolloutSummary> = {}): AppsState {
  return withEvent(state, { name: 'rollout', data: rolloutOf({ id: idOf(n), created_at_ms: n, ...more }) })!;
}

test('the last rollouts are kept, newest first, each as it was told last', () => {
  let state = stateOf();
  for (let n = 1; n <= LAST_ROLLOUTS + 1; n++) state = told(state, n);
  state = told(state, LAST_ROLLOUTS, { state: 'held' });
  expect(state.rollouts.map((rollout) => [rollout.id, rollout.state])).toEqual([
    [idOf(LAST_ROLLOUTS + 1), 'running'],
    [idOf(LAST_ROLLOUTS), 'held'],
    ...Array.from({ length: LAST_ROLLOUTS - 2 }, (_, n) => [idOf(LAST_ROLLOUTS - 1 - n), 'running']),
  ]);
});

function watch() {
  const { clock, hand } = manualBrowserClock();
  const streams = fakeStreams();
  const answers: PromiseWithResolvers<AppsState>[] = [];
  const live = createAppsLive({
    clock,
    connect: streams.connect,
    onRefused: () => {},
    fetchState() {
      const answer = Promise.withResolvers<AppsState>();
      answers.push(answer);
      return answer.promise;
    },
  });
  const close = live.watch();
  return { hand, live, source: streams.opened[0]!, answers, close, picture: () => live.picture.get() };
}

test('an event that comes while the list is on its way is not undone by it', async () => {
  const { hand, source, answers, picture } = watch();
  expect(source.url).toBe('/api/events?topics=client%2Capp%2Ccommand%2Crollout');
  source.says('ready', { event_id: '1' });
  source.says('app', { client_id: idOf(1), apps: [RUNNING] });
  answers[0]!.resolve(stateOf(clientOf(1)));
  await hand.advanceAsync(0);
  expect(picture().state?.clients.get(idOf(1))?.apps).toEqual([RUNNING]);
  expect(answers).toHaveLength(1);
});

test('events of one frame are one change, and a list that comes before it is not undone', async () => {
  const { hand, live, source, answers, picture } = watch();
  source.says('ready', { event_id: '1' });
  answers[0]!.resolve(stateOf(clientOf(1), clientOf(2)));
  await hand.advanceAsync(QUIET_MS);
  let changes = 0;
  live.picture.subscribe(() => changes++);
  source.says('app', { client_id: idOf(1), apps: [RUNNING] });
  source.says('app', { client_id: idOf(2), apps: [RUNNING] });
  expect(changes).toBe(0);
  await hand.advanceAsync(20);
  expect(changes).toBe(1);
  expect([1, 2].map((n) => picture().state?.clients.get(idOf(n))?.apps)).toEqual([[RUNNING], [RUNNING]]);
  source.says('app', { client_id: idOf(1), apps: [STOPPED] });
  live.ask();
  answers[1]!.resolve(stateOf(clientOf(1, { apps: [] })));
  await hand.advanceAsync(20);
  expect(picture().state?.clients.get(idOf(1))?.apps).toEqual([]);
});

test('a flood does not wait for the frame', async () => {
  const { hand, source, answers, picture } = watch();
  source.says('ready', { event_id: '1' });
  answers[0]!.resolve(stateOf(clientOf(1)));
  await hand.advanceAsync(20);
  for (let n = 0; n < MAX_QUEUED_EVENTS; n++) source.says('app', { client_id: idOf(1), apps: [RUNNING] });
  expect(picture().state?.clients.get(idOf(1))?.apps).toEqual([RUNNING]);
});

test('lists are asked for once a second, and the last news is not missed', async () => {
  const { hand, source, answers, picture } = watch();
  source.says('ready', { event_id: '1' });
  answers[0]!.resolve(stateOf(clientOf(1)));
  await hand.advanceAsync(0);
  for (let n = 0; n < 50; n++) source.says('app', { client_id: idOf(1), apps: null });
  expect(answers).toHaveLength(1);
  await hand.advanceAsync(QUIET_MS);
  expect(answers).toHaveLength(2);
  answers[1]!.resolve(stateOf(clientOf(1, { apps: [] })));
  await hand.advanceAsync(QUIET_MS);
  expect(answers).toHaveLength(2);
  expect(picture().state?.clients.get(idOf(1))?.apps).toEqual([]);
});

test('a break is told after a moment; closing leaves nothing behind', async () => {
  const { hand, source, close, picture } = watch();
  source.says('ready', { event_id: '1' });
  source.breaks();
  await hand.advanceAsync(3000);
  expect(picture().stale).toBe(true);
  source.says('ready', { event_id: '2' });
  expect(picture().stale).toBe(false);
  close();
  expect(hand.pending).toBe(0);
});
