import { Portal } from '@mantine/core';
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';

import { useConsole } from '../console.ts';
import { useText } from '../text/use-text.ts';
import styles from './Ago.module.css';

interface AgoProps {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly className?: string | undefined;
}

/** Where on the screen the exact time is shown; undefined: it is not. */
type Place = Pick<DOMRect, 'left' | 'bottom'> | undefined;

function Since({ at, now, className }: AgoProps & { readonly now: () => number }) {
  const { ticker } = useConsole();
  const { format } = useText();
  const [place, setPlace] = useState<Place>();
  // The snapshot is the sentence itself: nothing is drawn again until it reads differently.
  const read = useCallback(() => format.ago(at, now()), [format, at, now]);
  const words = useSyncExternalStore(ticker.subscribe, read);
  // The words change each second, this does not.
  const exact = useMemo(() => format.exact(at), [format, at]);
  const time = useRef<HTMLTimeElement>(null);
  const isShown = place !== undefined;
  useEffect(() => {
    if (!isShown) return undefined;
    const follow = (): void => setPlace(time.current?.getBoundingClientRect());
    document.addEventListener('scroll', follow, { capture: true, passive: true });
    return () => document.removeEventListener('scroll', follow, { capture: true });
  }, [isShown]);
  return (
    <>
      <time
        ref={time}
        dateTime={new Date(at).toISOString()}
        // For a pointer, and for screen readers; keys and fingers bring the focus.
        title={exact}
        className={className}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the exact time has to be reached by keys
        tabIndex={0}
        onFocus={({ currentTarget }) => setPlace(currentTarget.getBoundingClientRect())}
        onBlur={() => setPlace(undefined)}
        onKeyDown={({ key }) => {
          if (key === 'Escape') setPlace(undefined);
        }}
      >
        {words}
      </time>
      {isShown && (
        <Portal>
          <span className={styles.exact} style={{ left: place.left, top: place.bottom }} aria-hidden>
            {exact}
          </span>
        </Portal>
      )}
    </>
  );
}

/** "3 seconds ago" of a moment by the server's clock; the exact local time and zone on hover and on focus. */
export function Ago(props: AgoProps) {
  return <Since {...props} now={useConsole().serverClock.now} />;
}

/** The same of a moment by this computer's clock. */
export function WallAgo(props: AgoProps) {
  return <Since {...props} now={useConsole().clock.wall} />;
}
