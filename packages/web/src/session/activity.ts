/**
 * Signs of a reader. `deliberate` ones are meant for this page; a pointer that only moves may be a bumped desk, and
 * counts until the notice is up: then the reader is asked, and the question must not vanish under a moving pointer.
 */
export type Activity = 'deliberate' | 'moved';

const DELIBERATE = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

/** Calls at each sign of a reader. Returns how to stop. */
export function watchActivity(page: Document, call: (activity: Activity) => void): () => void {
  const deliberate = (): void => call('deliberate');
  let last: string | undefined;
  // A pointer that rests over a page that changes is told to move, to the place where it is.
  const moved = ({ screenX, screenY }: PointerEvent): void => {
    const here = `${screenX} ${screenY}`;
    if (last !== undefined && last !== here) call('moved');
    last = here;
  };
  const options = { passive: true, capture: true };
  for (const name of DELIBERATE) page.addEventListener(name, deliberate, options);
  page.addEventListener('pointermove', moved, options);
  return () => {
    for (const name of DELIBERATE) page.removeEventListener(name, deliberate, options);
    page.removeEventListener('pointermove', moved, options);
  };
}
