import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';

import { useServerAway } from '../../api/use-health.ts';
import { useText } from '../../text/use-text.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconAlertTriangle, IconCloudOff } from '../../ui/icons.ts';
import { DocumentTitle } from '../../ui/PageTitle.tsx';

/**
 * A page failed to draw. Most often its file could not be had: it is gone because the server was updated, and loading
 * anew mends it; or the server is away, and the page is loaded once it is back.
 */
export function CrashPage() {
  const { text } = useText();
  const away = useServerAway();
  const wasAway = useRef(false);
  useEffect(() => {
    if (wasAway.current && !away) window.location.reload();
    wasAway.current = away;
  }, [away]);
  return (
    <div role="alert">
      <DocumentTitle title={text.pageFailed} />
      <EmptyState icon={away ? IconCloudOff : IconAlertTriangle} title={text.pageFailed} whole>
        <p>{away ? text.pageAwayHelp : text.pageFailedHelp}</p>
        {!away && (
          <Button mt="lg" onClick={() => window.location.reload()}>
            {text.loadAgain}
          </Button>
        )}
      </EmptyState>
    </div>
  );
}
