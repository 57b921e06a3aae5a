import { Button } from '@mantine/core';
import { IconAlertTriangle } from '../../ui/icons.ts';

import { useText } from '../../text/use-text.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { DocumentTitle } from '../../ui/PageTitle.tsx';

/** A page failed to draw; most often its file is gone because the server was updated, and loading anew mends it. */
export function CrashPage() {
  const { text } = useText();
  return (
    <div role="alert">
      <DocumentTitle title={text.pageFailed} />
      <EmptyState icon={IconAlertTriangle} title={text.pageFailed} whole>
        <p>{text.pageFailedHelp}</p>
        <Button mt="lg" onClick={() => window.location.reload()}>
          {text.loadAgain}
        </Button>
      </EmptyState>
    </div>
  );
}
