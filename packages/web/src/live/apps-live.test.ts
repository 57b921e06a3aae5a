import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import { expect, test } from 'vitest';

import { manualBrowserClock } from '../browser/clock.test-support.ts';
import { createAppsLive, QUIET_MS, withEvent } from './apps-live.ts';
import type { AppsByClient } from './apps-live.ts';
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
const only = (client: ClientApps): AppsByClient => new Map([[client.client_id, client]]);

test('an event changes its client and no other', () => {
  const clients = new Map([...only(clientOf(1)), ...only(clientOf(2))]);
  const changed = withEvent(clients, { name: 'app', data: { client_id: idOf(1), apps: [RUNNING] } });
  expect(changed?.get(idOf(1))?.apps).toEqual([RUNNING]);
  expect(changed?.get(idOf(2))).toBe(clients.get(idOf(2)));
  const away = withEvent(clients, { name: 'client', data: clientNamed('web-9', 2, { status: 'offline' }) });
  expect(away?.get(idOf(2))).toMatchObject({ hostname: 'web-9', status: 'offline', apps: [STOPPED] });
  const gone = withEvent(clients, { name: 'forgotten', data: { id: idOf(1) } });
  expect([...(gone ?? [])].map(([id]) => id)).toEqual([idOf(2)]);
});

test('what an event cannot tell is asked for', () => {
  const away = only(clientOf(1, { status: 'offline' }));
  expect(withEvent(away, { name: 'app', data: { client_id: idOf(1), apps: null } })).toBeUndefined();
  expect(withEvent(away, { name: 'app', data: { client_id: idOf(7), apps: [] } })).toBeUndefined();
  // It registered anew: whether it is readonly may be another.
  expect(withEvent(away, { name: 'client', data: clientNamed('web-1', 1) })).toBeUndefined();
  expect(withEvent(away, { name: 'client', data: clientNamed('new', 3) })).toBeUndefined();
  expect(withEvent(away, { name: 'reset', data: {} })).toBeUndefined();
});

test('what changes nothing draws nothing', () => {
  const clients = only(clientOf(1));
  expect(withEvent(clients, { name: 'client', data: clientNamed('web-1', 1) })).toBe(clients);
  expect(withEvent(clients, { name: 'forgotten', data: { id: idOf(5) } })).toBe(clients);
});

function watch() {
  const { clock, hand } = manualBrowserClock();
  const streams = fakeStreams();
  const answers: PromiseWithResolvers<AppsByClient>[] = [];
  const live = createAppsLive({
    clock,
    connect: streams.connect,
    onRefused: () => {},
    fetchApps() {
      const answer = Promise.withResolvers<AppsByClient>();
      answers.push(answer);
      return answer.promise;
    },
  });
  const close = live.watch();
  return { hand, source: streams.opened[0]!, answers, close, picture: () => live.picture.get() };
}

test('an event that comes while the list is on its way is not undone by it', async () => {
  const { hand, source, answers, picture } = watch();
  expect(source.url).toBe('/api/events?topics=client%2Capp');
  source.says('ready', { event_id: '1' });
  source.says('app', { client_id: idOf(1), apps: [RUNNING] });
  answers[0]!.resolve(only(clientOf(1)));
  await hand.advanceAsync(0);
  expect(picture().clients?.get(idOf(1))?.apps).toEqual([RUNNING]);
  expect(answers).toHaveLength(1);
});

test('lists are asked for once a second, and the last news is not missed', async () => {
  const { hand, source, answers, picture } = watch();
  source.says('ready', { event_id: '1' });
  answers[0]!.resolve(only(clientOf(1)));
  await hand.advanceAsync(0);
  for (let n = 0; n < 50; n++) source.says('app', { client_id: idOf(1), apps: null });
  expect(answers).toHaveLength(1);
  await hand.advanceAsync(QUIET_MS);
  expect(answers).toHaveLength(2);
  answers[1]!.resolve(only(clientOf(1, { apps: [] })));
  await hand.advanceAsync(QUIET_MS);
  expect(answers).toHaveLength(2);
  expect(picture().clients?.get(idOf(1))?.apps).toEqual([]);
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
