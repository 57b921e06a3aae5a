import { describe, expect, it } from 'vitest';

import { checkHistory } from './checker.ts';
import { createHistory } from './history.ts';
import type { HistoryEvent, RowValue } from './history.ts';

type Told = Parameters<ReturnType<typeof createHistory>['add']>[0];

const ID = '11111111-2222-4333-8444-555555555555';
const OTHER = ID.replace('1', '2');

const row = (value: Partial<RowValue> = {}, id = ID): Told => ({
  proc: 'end',
  type: 'ok',
  f: 'row',
  id,
  value: {
    mark: 'm1',
    state: 'Completed',
    error: null,
    late: false,
    batchId: null,
    executedAtMs: 200,
    outputSha: 'aa',
    expectedSha: 'aa',
    ...value,
  },
});
const send = (type: HistoryEvent['type'], id = ID, mark = 'm1', proc = 'a'): Told => ({
  proc,
  type,
  f: 'send',
  id: type === 'ok' ? id : mark,
  value: { mark },
});
const poll = (type: HistoryEvent['type'], value: object = {}, proc = 'a', id = ID): Told => ({
  proc,
  type,
  f: 'poll',
  id,
  value,
});
const execution = (id = ID): Told => ({
  proc: 'truth',
  type: 'ok',
  f: 'execution',
  id,
  value: { pid: 7, boot: 'b' },
});
const audit = (atMs = 100, id = ID): Told => ({
  proc: 'end',
  type: 'ok',
  f: 'audit',
  id,
  value: { action: 'command_create', atMs },
});
const fault = (type: 'invoke' | 'ok'): Told => ({
  proc: 'nemesis',
  type,
  f: 'fault',
  id: 'client-1',
  value: { kind: 'kill' },
});
const healed = (value: object = {}): Told => ({
  proc: 'end',
  type: 'ok',
  f: 'after-heal',
  id: '',
  value: { clients: 5, online: 5, nonFinal: 0, queued: 0, rssRatio: 1.02, ...value },
});
const INTERRUPTED = { state: 'Failed', error: 'interrupted: the client was lost' } as const;

/** The usual life of one command. */
const GOOD: readonly Told[] = [
  send('invoke'),
  send('ok'),
  poll('invoke'),
  poll('ok', { state: 'Pending' }),
  poll('invoke'),
  poll('ok', { state: 'Executing' }),
  execution(),
  poll('invoke'),
  poll('ok', { state: 'Completed' }),
  row(),
  audit(),
  healed(),
];

function rulesOf(events: readonly Told[]): number[] {
  let now = 0;
  const history = createHistory(() => now++);
  for (const event of events) history.add(event);
  return checkHistory(history.events).map(({ rule }) => rule);
}

const without = (f: HistoryEvent['f']): readonly Told[] => GOOD.filter((event) => event.f !== f);

describe('a good history', () => {
  it.each<[string, readonly Told[]]>([
    ['of one command', GOOD],
    ['of nothing', []],
    [
      'with a request that nobody knows the outcome of, carried out',
      [send('invoke'), send('info'), execution(), row(), audit()],
    ],
    ['with one that was not carried out', [send('invoke'), send('info'), healed()]],
    ['with a refused request', [send('invoke'), send('fail')]],
    [
      'with an interruption at a fault',
      [
        send('invoke'),
        send('ok'),
        fault('invoke'),
        fault('ok'),
        poll('invoke'),
        poll('ok', INTERRUPTED),
        row(INTERRUPTED),
      ],
    ],
    [
      'with an interruption by a fault that began before it was sent',
      [fault('invoke'), send('invoke'), send('ok'), fault('ok'), row(INTERRUPTED)],
    ],
    [
      'with an interruption that evidence replaces',
      [
        send('invoke'),
        send('ok'),
        fault('invoke'),
        fault('ok'),
        poll('invoke'),
        poll('ok', INTERRUPTED),
        execution(),
        poll('invoke'),
        poll('ok', { state: 'Completed', late: true }),
        row({ late: true }),
        audit(),
      ],
    ],
    [
      'with two readers whose reads overlap',
      [
        send('invoke'),
        send('ok'),
        poll('invoke', {}, 'b'),
        poll('invoke'),
        poll('ok', { state: 'Completed' }),
        poll('ok', { state: 'Executing' }, 'b'),
        execution(),
        row(),
        audit(),
      ],
    ],
    [
      'with a command of a batch',
      [
        execution(),
        row({ batchId: OTHER }),
        { ...audit(100, OTHER), value: { action: 'batch_create', atMs: 100 } } as Told,
      ],
    ],
    ['with one that expired', [send('invoke'), send('ok'), row({ state: 'Failed', error: 'expired' })]],
  ])('%s has no violation', (_name, events) => {
    expect(rulesOf(events)).toEqual([]);
  });
});

describe('a bad history', () => {
  it.each<[rule: number, string, readonly Told[]]>([
    [1, 'a command is executed twice', [...GOOD, execution()]],
    [2, 'an acknowledged command has no row', [send('invoke'), send('ok')]],
    [
      2,
      'an acknowledged command is unknown to a reader',
      [...GOOD, poll('invoke'), poll('fail', { code: 'command_not_found' })],
    ],
    [3, 'a refused request is executed', [send('invoke'), send('fail'), execution(), row(), audit()]],
    [3, 'something is executed that has no row', [...GOOD, execution(OTHER)]],
    [4, 'a final state changes', [...without('row'), row({ state: 'Cancelled' })]],
    [
      4,
      'another reader sees an earlier state',
      [...GOOD, poll('invoke', {}, 'b'), poll('ok', { state: 'Executing' }, 'b')],
    ],
    [
      4,
      'interrupted is replaced without evidence',
      [
        send('invoke'),
        send('ok'),
        fault('invoke'),
        poll('invoke'),
        poll('ok', INTERRUPTED),
        row({ state: 'Timeout' }),
      ],
    ],
    [5, 'a completed command was never executed', without('execution')],
    [5, 'the stored output is another', [...without('row'), row({ outputSha: 'bb' })]],
    [
      5,
      'an expired command was executed',
      [send('invoke'), send('ok'), execution(), row({ state: 'Failed', error: 'expired' }), audit()],
    ],
    [
      5,
      'a process of a final command lives',
      [...GOOD, { proc: 'end', type: 'ok', f: 'alive', id: ID, value: { pid: 7 } }],
    ],
    [6, 'one reader goes back in time', [...GOOD, poll('invoke'), poll('ok', { state: 'Executing' })]],
    [7, 'an execution has no audit entry', without('audit')],
    [7, 'the audit entry is younger than the execution', [...without('audit'), audit(300)]],
    [
      7,
      'the chain does not verify',
      [...GOOD, { proc: 'end', type: 'ok', f: 'chain', id: '', value: { ok: false, reason: 'row 3' } }],
    ],
    [8, 'a command is interrupted without a fault', [send('invoke'), send('ok'), row(INTERRUPTED)]],
    [
      8,
      'the fault was over before the command was sent',
      [fault('invoke'), fault('ok'), send('invoke'), send('ok'), row(INTERRUPTED)],
    ],
    [9, 'a command is not final at the end', [send('invoke'), send('ok'), row({ state: 'Executing' })]],
    [9, 'commands are not final after the healing', [...without('after-heal'), healed({ nonFinal: 1 })]],
    [9, 'a client stays away', [...without('after-heal'), healed({ online: 4 })]],
    [9, 'something still waits', [...without('after-heal'), healed({ queued: 3 })]],
    [9, 'memory has grown', [...without('after-heal'), healed({ rssRatio: 1.2 })]],
  ])('breaks rule %i: %s', (rule, _name, events) => {
    expect(rulesOf(events)).toEqual([rule]);
  });
});

it('takes a hundred thousand events in linear time', () => {
  const events: Told[] = [];
  for (let i = 0; i < 12_500; i++) {
    const id = `${String(i).padStart(8, '0')}${ID.slice(8)}`;
    events.push(
      send('invoke', id, `m${i}`),
      send('ok', id, `m${i}`),
      poll('invoke', {}, 'a', id),
      poll('ok', { state: 'Executing' }, 'a', id),
      execution(id),
      row({ mark: `m${i}` }, id),
      audit(100, id),
      fault(i % 2 === 0 ? 'invoke' : 'ok'),
    );
  }
  const start = performance.now();
  expect(rulesOf(events)).toEqual([]);
  expect(performance.now() - start).toBeLessThan(5_000);
});
