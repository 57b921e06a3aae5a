import { describe, expect, test } from 'vitest';

import { manualBrowserClock } from '../browser/clock.test-support.ts';
import { createShortcuts, SECOND_KEY_MS } from './shortcuts.ts';
import type { Press } from './shortcuts.ts';
import { ariaKeys, keyCaps, SHORTCUTS } from './table.ts';
import type { ShortcutId } from './table.ts';

const PLAIN: Press = {
  key: '',
  ctrl: false,
  meta: false,
  alt: false,
  repeated: false,
  composing: false,
  typing: false,
};

function start({ apple = false, single = true } = {}) {
  const { clock, hand } = manualBrowserClock();
  const shortcuts = createShortcuts({ clock, apple, single });
  const fired: ShortcutId[] = [];
  for (const { id } of SHORTCUTS) shortcuts.on(id, () => fired.push(id));
  const press = (key: string, more: Partial<Press> = {}) => shortcuts.press({ ...PLAIN, key, ...more });
  return { shortcuts, hand, fired, press };
}

describe('keys', () => {
  test('every shortcut of the table fires by its keys, and only it', () => {
    for (const { id, keys, modified } of SHORTCUTS) {
      const { fired, press } = start();
      for (const key of keys) press(key, { ctrl: modified ?? false });
      expect(fired).toEqual([id]);
    }
  });

  test('no two shortcuts have the same keys, and none begins another', () => {
    const plain = SHORTCUTS.filter(({ modified }) => modified === undefined).map(({ keys }) =>
      keys.join(' '),
    );
    expect(new Set(plain).size).toBe(plain.length);
    const single = plain.filter((keys) => !keys.includes(' '));
    expect(plain.filter((keys) => single.some((one) => keys !== one && keys.startsWith(`${one} `)))).toEqual(
      [],
    );
  });

  test('of two keys the second comes in time, or begins anew', () => {
    const { fired, press, hand } = start();
    press('g');
    hand.advance(SECOND_KEY_MS - 1);
    press('s');
    expect(fired).toEqual(['goSystem']);
    press('g');
    hand.advance(SECOND_KEY_MS);
    press('s');
    press('g');
    press('x');
    press('s');
    expect(fired).toEqual(['goSystem']);
    press('g');
    press('g');
    press('a');
    press('g');
    press('?');
    expect(fired).toEqual(['goSystem', 'goApps', 'list']);
    expect(hand.pending).toBe(0);
  });

  test.each([
    { typing: true },
    { composing: true },
    { repeated: true },
    { ctrl: true },
    { meta: true },
    { alt: true },
  ])('a plain one does nothing with %j', (more) => {
    const { fired, press } = start();
    expect(press('?', more)).toBe(false);
    press('g', more);
    press('s', more);
    press('g');
    press('s', more);
    expect(fired).toEqual([]);
  });

  test('one with Control works while typing, not while an input method composes', () => {
    const { fired, press } = start();
    expect(press('k', { ctrl: true, typing: true })).toBe(true);
    expect(press('Enter', { meta: true, typing: true })).toBe(true);
    expect(press('k', { ctrl: true, composing: true })).toBe(false);
    expect(press('k', { ctrl: true, meta: true })).toBe(false);
    expect(fired).toEqual(['palette', 'run']);
  });

  test("on Apple's machines it is Command: Control-K is theirs", () => {
    const { fired, press } = start({ apple: true });
    press('k', { ctrl: true });
    press('K', { meta: true });
    expect(fired).toEqual(['palette']);
  });

  test('turned off, those with Control go on', () => {
    const { fired, press, shortcuts } = start({ single: false });
    press('g');
    press('s');
    press('?');
    press('k', { ctrl: true });
    expect(fired).toEqual(['palette']);
    shortcuts.single.set(true);
    press('?');
    expect(fired).toEqual(['palette', 'list']);
  });
});

test('what nobody offers is not taken from the page, and the newest offer has it', () => {
  const { clock } = manualBrowserClock();
  const shortcuts = createShortcuts({ clock, apple: false, single: true });
  expect(shortcuts.press({ ...PLAIN, key: '/' })).toBe(false);
  const fired: string[] = [];
  shortcuts.on('search', () => fired.push('shell'));
  const stop = shortcuts.on('search', () => fired.push('page'));
  expect(shortcuts.press({ ...PLAIN, key: '/' })).toBe(true);
  stop();
  shortcuts.fire('search');
  expect(fired).toEqual(['page', 'shell']);
});

test('keys are written as they stand on the keyboard', () => {
  expect(keyCaps({ keys: ['k'], modified: true }, false)).toEqual(['Ctrl', 'K']);
  expect(keyCaps({ keys: ['k'], modified: true }, true)).toEqual(['⌘', 'K']);
  expect(keyCaps({ keys: ['g', 's'] }, false)).toEqual(['g', 's']);
  expect([ariaKeys('palette', false), ariaKeys('palette', true)]).toEqual(['Control+K', 'Meta+K']);
  expect([ariaKeys('search', false), ariaKeys('goSystem', false)]).toEqual(['/', undefined]);
});
