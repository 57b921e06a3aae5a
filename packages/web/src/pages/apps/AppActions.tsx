import { Button, TextInput } from '@mantine/core';
import { APP_VERSION_PATTERN, SERVICE_ACTIONS } from '@ops/protocol/domain/app.ts';
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import { manageService, updateApp } from '@ops/protocol/http/apps.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import { IDEMPOTENCY_HEADER } from '@ops/protocol/http/commands.ts';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { freshKey } from '../../browser/fresh-key.ts';
import { useConsole } from '../../console.ts';
import { paths } from '../../paths.ts';
import { useAppText } from '../../text/use-app-text.ts';
import type { AppText } from '../../text/use-app-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import {
  IconAlertCircle,
  IconChevronDown,
  IconListDetails,
  IconPackageImport,
  IconPlayerPlay,
  IconPlayerStop,
  IconRepeat,
} from '../../ui/icons.ts';
import { Menu, MenuItem } from '../../ui/Menu.tsx';
import styles from './AppActions.module.css';

type Action = (typeof SERVICE_ACTIONS)[number] | 'Update';
const ACTIONS: readonly Action[] = [...SERVICE_ACTIONS, 'Update'];
const ICONS = {
  Start: IconPlayerPlay,
  Stop: IconPlayerStop,
  Restart: IconRepeat,
  Status: IconListDetails,
  Update: IconPackageImport,
} as const;
const MAX_VERSION = 64;

function actionName(action: Action, text: AppText): string {
  return {
    Start: text.actionStart,
    Stop: text.actionStop,
    Restart: text.actionRestart,
    Status: text.actionStatus,
    Update: text.actionUpdate,
  }[action];
}

interface Subject {
  readonly host: ClientApps;
  readonly app: AppInfo;
}

/** Why nothing can be done here; undefined when something can. */
function obstacle({ host, app }: Subject, mayRun: boolean, text: AppText): string | undefined {
  if (!mayRun) return text.viewerCannotAct;
  if (host.readonly) return text.readonlyCannotAct;
  if (host.status === 'offline') return text.offlineCannotAct;
  return app.notes?.includes('unsafe') ? text.unsafeCannotAct : undefined;
}

/** What may be done with one application; each is asked about first. */
export function AppActions({ host, app, mayRun }: Subject & { readonly mayRun: boolean }) {
  const { text } = useAppText();
  const [asked, setAsked] = useState<Action>();
  const why = obstacle({ host, app }, mayRun, text);
  if (why !== undefined) {
    return (
      <span className={styles.none} title={why}>
        {text.noActions}
      </span>
    );
  }
  // Without a script there is nothing to run: only to look.
  const actions = ACTIONS.filter((action) => app.has_script || action === 'Status');
  return (
    <>
      <Menu
        label={text.actionsOf(app.name, host.hostname)}
        className={styles.button}
        face={
          <>
            {text.appActions}
            <IconChevronDown size={14} stroke={1.9} aria-hidden />
          </>
        }
      >
        {actions.map((action) => {
          const Glyph = ICONS[action];
          return (
            <MenuItem
              key={action}
              icon={<Glyph size={16} stroke={1.7} aria-hidden />}
              onClick={() => setAsked(action)}
            >
              {action === 'Update' ? text.actionUpdateAsk : actionName(action, text)}
            </MenuItem>
          );
        })}
      </Menu>
      {asked !== undefined && (
        <Question host={host} app={app} action={asked} onClose={() => setAsked(undefined)} />
      )}
    </>
  );
}

/** Says what will happen where, then does it and goes to the page of what came of it. */
function Question({
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
        {act.error instanceof ApiError && (
          <div role="alert">
            <Banner tone="bad" icon={IconAlertCircle}>
              {wordsOfError(act.error, text)}
            </Banner>
          </div>
        )}
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
