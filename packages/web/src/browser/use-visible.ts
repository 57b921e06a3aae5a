import { useEffect, useState } from 'react';

import { useConsole } from '../console.ts';
import { HIDDEN_CLOSE_MS } from '../live/fleet-live.ts';

/** Whether the page is in sight; a short look elsewhere does not count. */
export function useVisible(): boolean {
  const { clock } = useConsole();
  const [visible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    let hiding: { cancel(): void } | undefined;
    const update = (): void => {
      hiding?.cancel();
      if (document.hidden) hiding = clock.after(HIDDEN_CLOSE_MS, () => setVisible(false));
      else setVisible(true);
    };
    document.addEventListener('visibilitychange', update);
    return () => {
      hiding?.cancel();
      document.removeEventListener('visibilitychange', update);
    };
  }, [clock]);
  return visible;
}
