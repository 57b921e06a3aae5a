import { Button } from '@mantine/core';
import { orderNewIdentity, revokeKey } from '@ops/protocol/http/enrolment.ts';
import type { ClientView } from '@ops/protocol/http/clients.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console.ts';
import { useAddHostText } from '../../text/use-add-host-text.ts';
import type { AddHostText } from '../../text/use-add-host-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { Banner } from '../../ui/Banner.tsx';
import { CodeBlock } from '../../ui/CodeBlock.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import {
  IconAlertCircle,
  IconAlertTriangle,
  IconCircleCheck,
  IconKey,
  IconLockOpen,
} from '../../ui/icons.ts';
import { Panel } from '../../ui/Panel.tsx';
import { enrolAgain } from '../add-host/enrol-again.ts';
import { useIsAdmin, useMakeToken } from '../add-host/use-enrolment.ts';
import styles from './FactPanels.module.css';

function credentialWords(client: ClientView, text: AddHostText): readonly [name: string, help: string] {
  const { key, credential } = client;
  if (key && key.revoked_at !== null) return [text.keyRevoked, text.identityRevokedHelp];
  if (credential === 'own_key')
    return [text.credentialOwn, text.identityOwnHelp(String(key?.generation ?? 1))];
  if (credential === 'shared_secret') return [text.credentialShared, text.identitySharedHelp];
  return [text.credentialNone, text.identityNoneHelp];
}

/** By what a host proves who it is, and what can be done about it. */
export function IdentityPanel({ id, client }: { readonly id: string; readonly client: ClientView }) {
  const { text } = useAddHostText();
  const { api } = useConsole();
  const queries = useQueryClient();
  const admin = useIsAdmin();
  const [asking, setAsking] = useState<'revoke' | 'token'>();
  const token = useMakeToken();
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: ['client', id] });
  const order = useMutation({ mutationFn: () => api.call(orderNewIdentity, { params: { id } }) });
  const revoke = useMutation({
    mutationFn: () => api.call(revokeKey, { params: { id } }),
    async onSuccess() {
      setAsking(undefined);
      await again();
    },
  });
  const { hostname } = client.system_info;
  const isOwn = client.credential === 'own_key' && client.key?.revoked_at === null;
  const [name, help] = credentialWords(client, text);
  const Glyph = isOwn ? IconCircleCheck : client.credential === 'none' ? IconLockOpen : IconKey;
  const error = [order.error, revoke.error, token.error].find((each) => each instanceof ApiError);

  function close(): void {
    setAsking(undefined);
    token.forget();
    revoke.reset();
  }

  return (
    <Panel title={text.identity}>
      <div className={styles.danger}>
        <p className={styles.judged} data-good={isOwn || undefined}>
          <Glyph size={16} stroke={1.8} aria-hidden />
          {name}
        </p>
        <p className={styles.note}>{help}</p>
        {client.conflict && (
          <>
            <Banner tone="warn" icon={IconAlertTriangle}>
              <strong>{text.conflictTitle}</strong>
              <br />
              {text.conflictClone}
            </Banner>
            {admin && (
              <Button variant="light" loading={order.isPending} onClick={() => order.mutate()}>
                {text.giveNewIdentity}
              </Button>
            )}
            {order.isSuccess && (
              <p className={styles.note} role="status">
                {text.newIdentityOrdered}
              </p>
            )}
          </>
        )}
        {error instanceof ApiError && (
          <div role="alert">
            <Banner tone="bad" icon={IconAlertCircle}>
              {wordsOfError(error, text)}
            </Banner>
          </div>
        )}
        {admin && client.credential !== 'none' && (
          <div className={styles.actions}>
            <Button
              variant="default"
              size="compact-sm"
              onClick={() => {
                setAsking('token');
                token.make({ clientId: id });
              }}
            >
              {text.makeHostToken}
            </Button>
            {isOwn && (
              <Button variant="light" size="compact-sm" color="bad" onClick={() => setAsking('revoke')}>
                {text.revokeKeyButton}
              </Button>
            )}
          </div>
        )}
      </div>
      <Dialog
        open={asking === 'token' && token.made !== undefined}
        onClose={close}
        title={text.makeHostTokenTitle(hostname)}
      >
        <p>{text.makeHostTokenHelp}</p>
        {token.made !== undefined && (
          <CodeBlock code={enrolAgain(token.made.token)} copyLabel={text.copyToken} />
        )}
        <DialogActions>
          <Button variant="default" onClick={close}>
            {text.closeDialog}
          </Button>
        </DialogActions>
      </Dialog>
      <Dialog open={asking === 'revoke'} onClose={close} title={text.revokeKeyTitle(hostname)}>
        <p>{text.revokeKeyWarning}</p>
        <DialogActions>
          <Button variant="default" onClick={close}>
            {text.cancel}
          </Button>
          <Button color="bad" loading={revoke.isPending} onClick={() => revoke.mutate()}>
            {text.revokeKeyConfirm}
          </Button>
        </DialogActions>
      </Dialog>
    </Panel>
  );
}
