import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import type { ApiError } from '../api/api-error.ts';
import { useText } from '../text/use-text.ts';
import { adviceOf, wordsOfError } from '../text/words.ts';
import { EmptyState } from './EmptyState.tsx';
import type { Icon } from './icons.ts';
import { IconClockHour4, IconPlugConnectedX, IconShieldLock } from './icons.ts';
import { DocumentTitle } from './PageTitle.tsx';
import { useCountdown } from './use-countdown.ts';

function iconOf({ status }: ApiError): Icon {
  if (status === 403) return IconShieldLock;
  return status === 429 ? IconClockHour4 : IconPlugConnectedX;
}

/** What could not be read, why, and what to do next. */
export function Failed({
  title,
  error,
  whole = false,
  onRetry,
  children,
}: {
  readonly title: string;
  readonly error: ApiError;
  /** All the page has to say: then its title is the page's. */
  readonly whole?: boolean;
  /** Asks again, where it was no query that failed. Queries that failed beside it are asked again all the same. */
  readonly onRetry?: () => void;
  /** Another way to go. */
  readonly children?: ReactNode;
}) {
  const { text } = useText();
  const queries = useQueryClient();
  const left = useCountdown(error);
  function retry(): void {
    onRetry?.();
    void queries.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' });
  }
  const advice = adviceOf(error, text);
  return (
    <div role="alert">
      {whole && <DocumentTitle title={title} />}
      <EmptyState icon={iconOf(error)} title={title} whole={whole}>
        <p>{wordsOfError(error, text)}</p>
        {advice !== undefined && <p>{advice}</p>}
        {/* Whoever may not, may not the next time either. */}
        {error.status !== 403 && (
          <Button mt="lg" variant="default" disabled={left > 0} onClick={retry}>
            {left > 0 ? text.tryAgainIn(left) : text.tryAgain}
          </Button>
        )}
        {children}
      </EmptyState>
    </div>
  );
}
