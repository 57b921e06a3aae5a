/**
 * Turns keys into shortcuts. Of two keys one after the other it remembers the first for a moment:
 *
 *   idle ──a key that begins one──► begun ──the key that ends it──► fires, idle
 *    ▲ │ └─ a key that is one ─► fires │
 *    └─┴─ any other key ───────────────┴── any other key (which is then looked at anew), SECOND_KEY_MS ──► idle
 */
import type { BrowserClock, Timer } from '../browser/clock.ts';
import { createSignal } from '../browser/signal.ts';
import type { Signal } from '../browser/signal.ts';
import { SHORTCUTS } from './table.ts';
import type { Shortcut, ShortcutId } from './table.ts';

/** The second key of two follows within this time. */
export const SECOND_KEY_MS = 1500;

export interface Press {
  readonly key: string;
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly alt: boolean;
  /** The key is held down. */
  readonly repeated: boolean;
  /** An input method puts a character together. */
  readonly composing: boolean;
  /** In a field that takes letters. */
  readonly typing: boolean;
}

export interface Shortcuts {
  /** Whether keys without Control or Command are shortcuts. */
  readonly single: Signal<boolean>;
  readonly apple: boolean;
  /** @returns whether it was the key of a shortcut, and nothing else should happen */
  press(press: Press): boolean;
  /** As if its keys were pressed. */
  readonly fire: (id: ShortcutId) => boolean;
  /** Says what a shortcut does while a page or a part of it is there. The newest has it. @returns how to stop */
  on(id: ShortcutId, call: () => void): () => void;
}

export function createShortcuts({
  clock,
  apple,
  single: startSingle,
}: {
  readonly clock: Pick<BrowserClock, 'after'>;
  readonly apple: boolean;
  readonly single: boolean;
}): Shortcuts {
  const single = createSignal(startSingle);
  const calls = new Map<ShortcutId, (() => void)[]>();
  let begun: { readonly key: string; readonly timer: Timer } | undefined;

  function fire(id: ShortcutId): boolean {
    const call = calls.get(id)?.at(-1);
    call?.();
    return call !== undefined;
  }

  function forget(): string | undefined {
    const key = begun?.key;
    begun?.timer.cancel();
    begun = undefined;
    return key;
  }

  function isTaken({ id }: Shortcut): boolean {
    return (calls.get(id)?.length ?? 0) > 0;
  }

  function pressPlain(key: string): boolean {
    const plain = SHORTCUTS.filter((shortcut) => shortcut.modified === undefined && isTaken(shortcut));
    const first = forget();
    const ends = plain.find(({ keys }) => keys.length === 2 && keys[0] === first && keys[1] === key);
    const whole = ends ?? plain.find(({ keys }) => keys.length === 1 && keys[0] === key);
    if (whole !== undefined) return fire(whole.id);
    if (plain.some(({ keys }) => keys.length === 2 && keys[0] === key))
      begun = { key, timer: clock.after(SECOND_KEY_MS, forget) };
    return false;
  }

  return {
    single,
    apple,
    fire,
    press({ key, ctrl, meta, alt, repeated, composing, typing }) {
      if (composing || repeated || alt) return false;
      if (ctrl || meta) {
        forget();
        if (ctrl && meta) return false;
        const wanted = key.length === 1 ? key.toLowerCase() : key;
        const shortcut = SHORTCUTS.find((one) => one.modified && one.keys[0] === wanted);
        // In a field of Apple's, Control-K deletes to the end of the line.
        const isOurs = wanted.length > 1 || (apple ? meta : ctrl);
        return shortcut !== undefined && isOurs && fire(shortcut.id);
      }
      if (typing || !single.get()) {
        forget();
        return false;
      }
      return pressPlain(key);
    },
    on(id, call) {
      calls.set(id, [...(calls.get(id) ?? []), call]);
      return () => {
        const left = (calls.get(id) ?? []).filter((one) => one !== call);
        calls.set(id, left);
      };
    },
  };
}
