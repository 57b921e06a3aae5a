import { Button } from '@mantine/core';
import { APP_VERSION_PATTERN } from '@ops/protocol/domain/app.ts';
import { IDEMPOTENCY_HEADER } from '@ops/protocol/http/commands.ts';
import { rollBackApp } from '@ops/protocol/http/releases.ts';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';

import { freshKey } from '../../browser/fresh-key.ts';
import { useHindrance } from '../../commands/use-may-run.ts';
import { useConsole } from '../../console.ts';
import { paths } from '../../paths.ts';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBanner } from '../../ui/ErrorBanner.tsx';
import { IconHistory } from '../../ui/icons.ts';

/** Back to the version before, after saying which and where. */
export function RollBackButton({
  client,
  hostname,
  name,
  from,
  to,
}: {
  readonly client: string;
  readonly hostname: string;
  readonly name: string;
  readonly from: string | undefined;
  /** Null: there is nowhere to go. */
  readonly to: string | null;
}) {
  const { text } = useRolloutText();
  const { api } = useConsole();
  const navigate = useNavigate();
  const hindrance = useHindrance(text.viewerCannotAct);
  /** What was asked about is what is done, whatever the page shows by then. */
  const [asked, setAsked] = useState<string>();
  const key = useRef('');
  const underWay = useRef(false);
  const act = useMutation({
    mutationFn: (version: string) =>
      api.call(rollBackApp, {
        body: { client_id: client, app_name: name, version },
        headers: { [IDEMPOTENCY_HEADER]: key.current },
      }),
    onSuccess: ({ command_id: id }) => navigate({ to: paths.run, params: { id } }),
    onSettled() {
      underWay.current = false;
    },
  });
  const possible = to !== null && APP_VERSION_PATTERN.test(to);
  const why = hindrance ?? (possible ? undefined : text.noRollback);

  function close(): void {
    setAsked(undefined);
    act.reset();
  }

  return (
    <>
      <Button
        variant="default"
        leftSection={<IconHistory size={16} aria-hidden />}
        disabled={why !== undefined}
        title={why}
        onClick={() => {
          key.current = freshKey();
          setAsked(to ?? undefined);
        }}
      >
        {possible ? text.rollBackTo(to) : text.rollBack}
      </Button>
      {asked !== undefined && (
        <Dialog open title={text.askTitle(text.rollBackTo(asked), name, hostname)} onClose={close}>
          <p>{text.rollBackAsk(name, hostname, from ?? text.unknownVersion, asked)}</p>
          <ErrorBanner error={act.error} />
          <DialogActions>
            <Button variant="default" onClick={close}>
              {text.cancel}
            </Button>
            <Button
              loading={act.isPending}
              onClick={() => {
                if (underWay.current) return;
                underWay.current = true;
                act.mutate(asked);
              }}
            >
              {text.rollBackTo(asked)}
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  );
}
