import { assert, oneof, property, record, string, webUrl } from 'fast-check';
import { describe, expect, test } from 'vitest';

import { batchOf, CLIENT_ID, commandOf } from './command.test-support.ts';
import { MAX_HOSTS_IN_ADDRESS, MAX_TYPED, readOrderSearch } from './order-address.ts';
import { orderOf, searchOf, searchOfBatch, searchOfCommand } from './order-search.ts';
import { createSubmission, EMPTY_ORDER, previewBody, runRequest } from './order.ts';
import { wholeNumber } from '../text/whole-number.ts';
import type { Order } from './order.ts';

const OTHER = '00000002-0000-4000-8000-000000000000';
const hosts = (...ids: string[]): Order['targets'] => ({ kind: 'hosts', ids });
const order = (more: Partial<Order>): Order => ({ ...EMPTY_ORDER, command: 'uptime', ...more });

describe('the request of a form', () => {
  test('one chosen host is a command of its own', () => {
    expect(runRequest(order({ targets: hosts(CLIENT_ID), timeoutSecs: 5, concurrency: 7 }))).toEqual({
      kind: 'single',
      body: { client_id: CLIENT_ID, command: 'uptime', timeout_secs: 5 },
    });
  });

  test('everything else is a batch', () => {
    expect(runRequest(order({ targets: hosts(CLIENT_ID, OTHER), concurrency: 7, queueSecs: 60 }))).toEqual({
      kind: 'batch',
      body: { client_ids: [CLIENT_ID, OTHER], command: 'uptime', queue_secs: 60, concurrency: 7 },
    });
    expect(
      runRequest(order({ targets: { kind: 'selector', selector: ' role=web ' }, stopAfterFailures: 2 })),
    ).toEqual({ kind: 'batch', body: { selector: 'role=web', command: 'uptime', stop_after_failures: 2 } });
    expect(runRequest(order({ targets: { kind: 'all' } }))).toEqual({
      kind: 'batch',
      body: { all: true, command: 'uptime' },
    });
  });

  test('nobody never means everybody, and nothing is not sent', () => {
    for (const targets of [hosts(), { kind: 'selector', selector: '  ' }] as const) {
      expect(runRequest(order({ targets }))).toBeUndefined();
      expect(previewBody(order({ targets }))).toBeUndefined();
    }
    expect(runRequest(order({ targets: { kind: 'all' }, command: '  ' }))).toBeUndefined();
  });

  test('the preview is asked with what decides it', () => {
    expect(previewBody(order({ targets: hosts(CLIENT_ID), queueSecs: 60, timeoutSecs: 5 }))).toEqual({
      client_ids: [CLIENT_ID],
      command: 'uptime',
      queue_secs: 60,
    });
  });
});

describe('the key of a submission', () => {
  const request = runRequest(order({ targets: hosts(CLIENT_ID) }))!;
  const other = runRequest(order({ targets: hosts(OTHER) }))!;

  test('is the same until it was answered, so that a second press and a lost answer run nothing twice', () => {
    let made = 0;
    const { keyFor, done } = createSubmission(() => `key ${++made}`);
    expect(keyFor(request)).toBe('key 1');
    expect(keyFor({ ...request })).toBe('key 1');
    done();
    expect(keyFor(request)).toBe('key 2');
  });

  test('is another for another request', () => {
    let made = 0;
    const { keyFor } = createSubmission(() => `key ${++made}`);
    expect([keyFor(request), keyFor(other), keyFor(request)]).toEqual(['key 1', 'key 2', 'key 3']);
  });
});

/** The targets as they come back from the address. */
function throughAddress(ids: readonly string[]): Order['targets'] {
  return orderOf(readOrderSearch(searchOf(order({ targets: { kind: 'hosts', ids } })))).targets;
}

describe('the address', () => {
  test.each([
    order({ targets: hosts(CLIENT_ID, OTHER), timeoutSecs: 60, queueSecs: 3600 }),
    order({ targets: { kind: 'selector', selector: 'role in (web,db)' }, concurrency: 10 }),
    order({ targets: { kind: 'all' }, stopAfterFailures: 1 }),
  ])('holds the form: %j', (filled) => {
    expect(orderOf(readOrderSearch(searchOf(filled)))).toEqual(expect.objectContaining(filled));
  });

  test('as many hosts as an address takes are in it; with one more none is, rather than some', () => {
    const ids = Array.from(
      { length: MAX_HOSTS_IN_ADDRESS + 1 },
      (_none, index) => `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`,
    );
    expect(throughAddress(ids.slice(1))).toEqual({ kind: 'hosts', ids: ids.slice(1) });
    expect(throughAddress(ids)).toEqual({ kind: 'hosts', ids: [] });
  });

  test('what makes no sense is left out', () => {
    expect(
      readOrderSearch({ to: 'everyone', hosts: `x,${CLIENT_ID},${CLIENT_ID}`, timeout: '-1', queue: 7 }),
    ).toEqual({ hosts: CLIENT_ID });
    expect(orderOf({ timeout: '3601', queue: '0', concurrency: '10001', stop: '10001' })).toEqual({
      ...EMPTY_ORDER,
      timeoutSecs: undefined,
      queueSecs: undefined,
      concurrency: undefined,
      stopAfterFailures: undefined,
    });
    expect(readOrderSearch({ command: 'x'.repeat(MAX_TYPED + 1) }).command).toHaveLength(MAX_TYPED);
  });

  test('nothing somebody types there breaks it', () => {
    const anything = oneof(string(), webUrl());
    assert(
      property(
        record({ to: anything, hosts: anything, command: anything, timeout: anything, queue: anything }),
        (raw) => {
          const read = readOrderSearch(raw);
          expect(readOrderSearch(read)).toEqual(read);
          expect(orderOf(read).command).toBe(raw.command.slice(0, MAX_TYPED));
        },
      ),
    );
  });
});

describe('once more', () => {
  test('a command is filled in with its host', () => {
    expect(searchOfCommand(commandOf({ timeout_secs: 30 }))).toEqual({ hosts: CLIENT_ID, command: 'uptime' });
    expect(searchOfCommand(commandOf({ timeout_secs: 60 }))).toMatchObject({ timeout: '60' });
  });

  test('an action on an application is not a command to type', () => {
    expect(searchOfCommand(commandOf({ kind: 'service' }))).toBeUndefined();
  });

  test('a batch is filled in by its selector; of chosen hosts only its own page knows them', () => {
    expect(searchOfBatch(batchOf({ selection: { kind: 'selector', selector: 'a=b' } }))).toEqual({
      to: 'selector',
      selector: 'a=b',
      command: 'uptime',
    });
    expect(searchOfBatch(batchOf({ selection: { kind: 'all', selector: null } }))).toEqual({
      to: 'all',
      command: 'uptime',
    });
    expect(searchOfBatch(batchOf())).toBeUndefined();
  });
});

test.each([
  ['1', 1],
  ['10', 10],
  ['0', undefined],
  ['11', undefined],
  ['1.5', undefined],
  ['1e1', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j is %j between 1 and 10', (typed, value) => {
  expect(wholeNumber(typed, { min: 1, max: 10 })).toBe(value);
});
