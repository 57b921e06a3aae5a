/** Brings the keys of a page to its shortcuts. */
import type { Press, Shortcuts } from './shortcuts.ts';

/** Letters belong to these: fields, and lists in which a letter goes to an entry. */
const TYPING =
  'input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"]), textarea, select, ' +
  '[contenteditable]:not([contenteditable="false"]), [role="menu"], [role="listbox"]';
/** Of an input method, where `isComposing` is not told (the key that ends it, in Safari). */
const KEY_OF_INPUT_METHOD = 'Process';

function pressOf(event: KeyboardEvent): Press {
  const { target } = event;
  return {
    key: event.key,
    ctrl: event.ctrlKey,
    meta: event.metaKey,
    alt: event.altKey,
    repeated: event.repeat,
    composing: event.isComposing || event.key === KEY_OF_INPUT_METHOD,
    typing: target instanceof Element && target.closest(TYPING) !== null,
  };
}

/** While a modal dialog is open the page below it hears no key. Returns how to stop. */
export function watchKeys(page: Document, shortcuts: Pick<Shortcuts, 'press'>): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || page.querySelector('dialog:modal') !== null) return;
    if (shortcuts.press(pressOf(event))) event.preventDefault();
  };
  page.addEventListener('keydown', onKey);
  return () => page.removeEventListener('keydown', onKey);
}
