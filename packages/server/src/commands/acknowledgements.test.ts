import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { beforeEach, describe, expect, it } from 'vitest';

import { createAcknowledgements, MAX_DELAY_MS, PROMPT, QUIET_MS, SENT_AT_ONCE } from './acknowledgements.ts';

let clock: ManualClock;
let sent: string[];
let add: (count: number) => void;

beforeEach(() => {
  clock = new ManualClock();
  sent = [];
  const send = (clientId: string, commandId: string): void => void sent.push(`${clientId} ${commandId}`);
  const acknowledgements = createAcknowledgements({ clock, send });
  let added = 0;
  add = (count) => {
    for (let n = 0; n < count; n++) acknowledgements.add('client', `${added++}`);
  };
});

describe('acknowledgements', () => {
  it('go at once while they are few', () => {
    add(PROMPT);
    expect(sent).toHaveLength(PROMPT);
    expect(sent[0]).toBe('client 0');
  });

  it('of a stream that is no crowd go at once, for as long as it lasts', () => {
    for (let ms = 0; ms < 2 * MAX_DELAY_MS; ms += QUIET_MS) {
      add(PROMPT);
      expect(sent).toHaveLength(PROMPT * (ms / QUIET_MS + 1));
      clock.advance(QUIET_MS);
    }
  });

  it('of a crowd wait until few come, each is sent once, in order', () => {
    add(PROMPT + 1);
    clock.advance(2 * QUIET_MS - 1);
    add(PROMPT + 1);
    expect(sent).toHaveLength(PROMPT);
    clock.advance(QUIET_MS);
    add(PROMPT);
    expect(sent).toHaveLength(PROMPT);
    clock.advance(1);
    expect(sent).toEqual(Array.from({ length: 3 * PROMPT + 2 }, (_, n) => `client ${n}`));
    clock.advance(MAX_DELAY_MS);
    expect(sent).toHaveLength(3 * PROMPT + 2);
  });

  it('go at once again behind a crowd', () => {
    add(PROMPT + 1);
    clock.advance(2 * QUIET_MS);
    add(1);
    expect(sent).toHaveLength(PROMPT + 2);
  });

  it('of a crowd that does not end wait no longer than their limit', () => {
    add(PROMPT);
    for (let ms = 0; ms < MAX_DELAY_MS; ms++) {
      add(1);
      expect(sent).toHaveLength(PROMPT);
      clock.advance(1);
    }
    expect(sent).toHaveLength(PROMPT + MAX_DELAY_MS);
  });

  it('go out in slices, all of them', () => {
    add(PROMPT + 2 * SENT_AT_ONCE + 1);
    clock.advance(2 * QUIET_MS);
    expect(sent).toHaveLength(PROMPT + 2 * SENT_AT_ONCE + 1);
  });
});
