import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import { checkHealth, isNotHealth } from '../api/health-check.ts';
import { useServerAway } from '../api/use-health.ts';
import { useConsole, useSignal } from '../console.ts';
import { useText } from '../text/use-text.ts';
import { Banner } from '../ui/Banner.tsx';
import { IconCloudOff } from '../ui/icons.ts';
import styles from './LiveBanner.module.css';

/**
 * Says that what is on the screen is of earlier: because the server does not answer, or because its news do not come
 * through. What failed meanwhile is asked for again when the server is back.
 */
export function LiveBanner() {
  const { text, format } = useText();
  const { freshness } = useConsole();
  const queries = useQueryClient();
  const away = useServerAway();
  const wasAway = useRef(false);
  const lostAt = useSignal(freshness.lostAt);

  useEffect(() => (away ? freshness.lost() : undefined), [away, freshness]);
  useEffect(() => {
    if (wasAway.current && !away) void queries.invalidateQueries({ predicate: isNotHealth });
    wasAway.current = away;
  }, [away, queries]);

  return (
    <div className={styles.place} role="status">
      {lostAt !== undefined && (
        <Banner
          tone="bad"
          icon={IconCloudOff}
          action={
            <Button
              size="compact-sm"
              variant="subtle"
              color="bad"
              className={styles.again}
              onClick={() => checkHealth(queries)}
            >
              {text.tryAgain}
            </Button>
          }
        >
          {(away ? text.serverAwaySince : text.liveLostSince)(format.clockTime(lostAt))}
        </Banner>
      )}
    </div>
  );
}
