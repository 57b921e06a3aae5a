import { Button } from '@mantine/core';
import { forgetClient } from '@ops/protocol/http/clients.ts';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { useConsole, useSignal } from '../../console.ts';
import { paths } from '../../paths.ts';
import { useText } from '../../text/use-text.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBanner } from '../../ui/ErrorBanner.tsx';
import { Panel } from '../../ui/Panel.tsx';
import styles from './FactPanels.module.css';

/** Deletes a client that is offline. When it cannot be done, the page says why. */
export function ForgetPanel({
  id,
  hostname,
  offline,
}: {
  readonly id: string;
  readonly hostname: string;
  readonly offline: boolean;
}) {
  const { text } = useText();
  const { api, session } = useConsole();
  const state = useSignal(session.state);
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const forget = useMutation({
    mutationFn: () => api.call(forgetClient, { params: { id } }),
    onSuccess: () => navigate({ to: paths.system }),
  });
  const admin = 'user' in state && state.user.role === 'admin';
  const obstacle = admin ? (offline ? undefined : text.forgetNeedsOffline) : text.forgetNeedsAdmin;

  function close(): void {
    setAsking(false);
    forget.reset();
  }

  return (
    <Panel title={text.forget}>
      <div className={styles.danger}>
        <p className={styles.note}>{obstacle ?? text.forgetHelp}</p>
        <Button variant="light" color="bad" disabled={obstacle !== undefined} onClick={() => setAsking(true)}>
          {text.forgetButton}
        </Button>
      </div>
      <Dialog open={asking} onClose={close} title={text.forgetTitle(hostname)}>
        <p>{text.forgetWarning}</p>
        <ErrorBanner error={forget.error} />
        <DialogActions>
          <Button variant="default" onClick={close}>
            {text.cancel}
          </Button>
          <Button color="bad" loading={forget.isPending} onClick={() => forget.mutate()}>
            {text.forgetConfirm}
          </Button>
        </DialogActions>
      </Dialog>
    </Panel>
  );
}
