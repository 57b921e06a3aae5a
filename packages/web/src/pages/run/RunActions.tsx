import { Button } from '@mantine/core';
import { cancelCommand } from '@ops/protocol/http/commands.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { searchOfCommand } from '../../commands/order-search.ts';
import { useHindrance } from '../../commands/use-may-run.ts';
import { useConsole } from '../../console.ts';
import type { OutputFeed } from '../../output/output-feed.ts';
import { paths } from '../../paths.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBanner } from '../../ui/ErrorBanner.tsx';
import { IconPlayerStop, IconRepeat } from '../../ui/icons.ts';

/** Ends the command, after a question. The host's answer is what ends it on the screen. */
export function CancelButton({
  feed,
  summary,
}: {
  readonly feed: OutputFeed;
  readonly summary: CommandSummary;
}) {
  const { text } = useCommandText();
  const { api } = useConsole();
  const hindrance = useHindrance(text.viewerCannotRun);
  const [asking, setAsking] = useState(false);
  const cancel = useMutation({
    mutationFn: () => api.call(cancelCommand, { body: { command_id: summary.id } }),
    onSuccess() {
      feed.observe({ cancel_requested: true });
      setAsking(false);
    },
  });
  // Over in the meantime: what was wanted, and the page shows how it ended.
  const over = cancel.error instanceof ApiError && cancel.error.code === 'command_over';

  function close(): void {
    setAsking(false);
    cancel.reset();
  }

  return (
    <>
      <Button
        variant="light"
        color="bad"
        leftSection={<IconPlayerStop size={16} aria-hidden />}
        disabled={hindrance !== undefined || summary.cancel_requested}
        title={hindrance}
        onClick={() => setAsking(true)}
      >
        {summary.cancel_requested ? text.stateCancelling : text.cancelCommand}
      </Button>
      <Dialog open={asking && !over} onClose={close} title={text.cancelTitle}>
        <p>{text.cancelWarning}</p>
        <ErrorBanner error={cancel.error} />
        <DialogActions>
          <Button variant="default" onClick={close}>
            {text.keepRunning}
          </Button>
          <Button color="bad" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            {text.cancelConfirm}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}

/** Takes the same command and host to the form, where the preview stands before anything runs. */
export function RunAgainButton({ command }: { readonly command: CommandSummary }) {
  const { text } = useCommandText();
  const search = searchOfCommand(command);
  if (search === undefined) return null;
  return (
    <Button
      variant="default"
      leftSection={<IconRepeat size={16} aria-hidden />}
      renderRoot={(props) => <Link to={paths.commands} search={search} {...props} />}
    >
      {text.runAgain}
    </Button>
  );
}
