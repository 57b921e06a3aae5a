import { describe, expect, test } from 'vitest';

import { enCommands } from '../text/en-commands.ts';
import { en } from '../text/en.ts';
import { createFormat } from '../text/format.ts';
import { endedOf, failuresOf } from './batch-counts.ts';
import { batchOf, commandOf } from './command.test-support.ts';
import { NO_ANSWER_MS, OVERDUE_MS, SHOWN_STATES, shownState, tookMs } from './command-state.ts';
import { explain } from './explain.ts';
import { tookWords } from './took.ts';

describe('the word for a command', () => {
  const executing = { state: 'Executing', executed_at_ms: 2000 } as const;
  test.each([
    ['is not sent yet', { sent_at_ms: null }, 1000, 'waiting'],
    ['was just sent', {}, 1000 + NO_ANSWER_MS, 'sent'],
    ['was sent, and its host is silent', {}, 1001 + NO_ANSWER_MS, 'noAnswer'],
    ['is to be cancelled', { cancel_requested: true }, 1000, 'cancelling'],
    ['was to be cancelled, and its host is silent', { cancel_requested: true }, 99_000, 'noAnswer'],
    ['runs', executing, 2000 + 30_000 + OVERDUE_MS, 'running'],
    ['should long have ended', executing, 2001 + 30_000 + OVERDUE_MS, 'overdue'],
    ['runs, and is to be cancelled', { ...executing, cancel_requested: true }, 3000, 'cancelling'],
    ['went well', { state: 'Completed', exit_code: 0 }, 9e9, 'succeeded'],
    ['ended with another exit code', { state: 'Completed', exit_code: 3 }, 9e9, 'nonzero'],
    ['took too long', { state: 'Timeout' }, 9e9, 'timeout'],
    ['was cancelled', { state: 'Cancelled' }, 9e9, 'cancelled'],
    ['nobody knows', { state: 'Failed', error: 'interrupted' }, 9e9, 'interrupted'],
    ['was too late', { state: 'Failed', error: 'expired: offline' }, 9e9, 'expired'],
    ['was refused', { state: 'Failed', error: 'rejected: busy' }, 9e9, 'rejected'],
    ['was ended by a signal', { state: 'Failed', error: 'signal: SIGSEGV' }, 9e9, 'failed'],
    ['failed in words of its own', { state: 'Failed', error: 'rejectedly odd' }, 9e9, 'failed'],
  ] as const)('that %s', (_what, facts, now, word) => {
    expect(shownState(commandOf(facts), now)).toBe(word);
  });

  test('no open command keeps one word for ever', () => {
    for (const facts of [{}, executing, { cancel_requested: true }]) {
      expect(['noAnswer', 'overdue']).toContain(shownState(commandOf(facts), 3_700_000));
    }
  });
});

test('how long it took: as measured, else up to now, else unknown', () => {
  expect(tookMs(commandOf({ duration_ms: 12 }), 9e9)).toBe(12);
  expect(tookMs(commandOf({ state: 'Executing', executed_at_ms: 1000 }), 4000)).toBe(3000);
  // The clocks differ a little.
  expect(tookMs(commandOf({ state: 'Executing', executed_at_ms: 1000 }), 900)).toBe(0);
  expect(tookMs(commandOf(), 4000)).toBeUndefined();
});

const text = { ...en, ...enCommands };
const format = createFormat('en', en, 'UTC');

test.each([
  [0, '0 ms'],
  [12.4, '12 ms'],
  [999, '999 ms'],
  [1000, '1.0 s'],
  [3290, '3.2 s'],
  [59_999, '59.9 s'],
  [61_000, '1m 1s'],
])('%d ms are %s', (ms, words) => {
  expect(tookWords(ms, text, format)).toBe(words);
});

function said(facts: Parameters<typeof commandOf>[0]): string | undefined {
  const command = commandOf(facts);
  return explain(command, shownState(command, 1000), 1000, text, format);
}

describe('why it stands so', () => {
  test('each closed word has its sentence, and an unknown one does not stay silent', () => {
    const words = ['interrupted', 'expired', 'rejected', 'spawn_failed', 'signal', 'unsupported', 'new_word'];
    const sentences = words.map((error) => said({ state: 'Failed', error: `${error}: because` }));
    expect(new Set(sentences).size).toBe(words.length);
    expect(sentences.every(Boolean)).toBe(true);
  });

  test('unknown means: look at the host', () => {
    expect(said({ state: 'Failed', error: 'interrupted' })).toMatch(/unknown.*look at the host/);
  });

  test('one that waits for its turn in a batch is not called offline', () => {
    expect(said({ sent_at_ms: null })).toMatch(/offline/);
    expect(said({ sent_at_ms: null, batch_id: batchOf().id })).not.toMatch(/offline/);
  });

  test('success needs no words', () => {
    expect(said({ state: 'Completed', exit_code: 0 })).toBeUndefined();
  });

  test('there is a word for every state in both languages', () => {
    expect(SHOWN_STATES).toHaveLength(14);
  });
});

test('a batch counts what ended, and what did not end well', () => {
  const counts = {
    ...batchOf().counts,
    succeeded: 5,
    nonzero: 1,
    timeout: 2,
    failed: 3,
    cancelled: 4,
    held: 9,
  };
  expect([endedOf(counts), failuresOf(counts)]).toEqual([15, 10]);
});
