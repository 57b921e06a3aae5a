import { Button, TextInput } from '@mantine/core';
import { APP_VERSION_PATTERN } from '@ops/protocol/domain/app.ts';
import { manageService, updateApp } from '@ops/protocol/http/apps.ts';
import { IDEMPOTENCY_HEADER } from '@ops/protocol/http/commands.ts';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';

import { freshKey } from '../../browser/fresh-key.ts';
import { useConsole } from '../../console.ts';
import { paths } from '../../paths.ts';
import { useAppText } from '../../text/use-app-text.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBanner } from '../../ui/ErrorBanner.tsx';
import { actionName } from './app-actions.ts';
import type { Action, Subject } from './app-actions.ts';
import styles from './AppMenu.module.css';

const MAX_VERSION = 64;

/** Says what will happen where, then does it and goes to the page of what came of it. */
export function ActionQuestion({
  host,
  app,
  action,
  onClose,
}: Subject & { readonly action: Action; readonly onClose: () => void }) {
  const { text } = useAppText();
  const { api } = useConsole();
  const navigate = useNavigate();
  /** Of this question: asked again after an answer got lost, it is still one action. */
  const [key] = useState(freshKey);
  const [version, setVersion] = useState('');
  const underWay = useRef(false);
  const isRightVersion = APP_VERSION_PATTERN.test(version);
  const act = useMutation({
    mutationFn() {
      const target = { client_id: host.client_id, app_name: app.name };
      // Another version is another request.
      const headers = { [IDEMPOTENCY_HEADER]: action === 'Update' ? `${key}-${version}` : key };
      return action === 'Update'
        ? api.call(updateApp, { body: { ...target, version }, headers })
        : api.call(manageService, { body: { ...target, action }, headers });
    },
    onSuccess: ({ command_id: id }) => navigate({ to: paths.run, params: { id } }),
    onSettled() {
      underWay.current = false;
    },
  });
  const isReady = action !== 'Update' || isRightVersion;

  function run(): void {
    if (underWay.current || !isReady) return;
    underWay.current = true;
    act.mutate();
  }

  const words = {
    Start: text.askStart,
    Stop: text.askStop,
    Restart: text.askRestart,
    Status: text.askStatus,
    Update: text.askUpdate,
  }[action];
  return (
    <Dialog open onClose={onClose} title={text.askTitle(actionName(action, text), app.name, host.hostname)}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <p>{words(app.name, host.hostname)}</p>
        {action === 'Update' && (
          <TextInput
            label={text.newVersion}
            description={text.presentVersion(app.version ?? text.none)}
            error={version !== '' && !isRightVersion ? text.wrongVersion : undefined}
            maxLength={MAX_VERSION}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            value={version}
            onChange={(event) => setVersion(event.currentTarget.value.trim())}
          />
        )}
        <ErrorBanner error={act.error} />
        <DialogActions>
          <Button variant="default" onClick={onClose}>
            {text.cancel}
          </Button>
          <Button
            type="submit"
            color={action === 'Stop' ? 'bad' : 'accent'}
            disabled={!isReady}
            loading={act.isPending}
          >
            {actionName(action, text)}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
