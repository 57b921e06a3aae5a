import { Button } from '@mantine/core';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { paths } from '../../paths.ts';
import { useAppText } from '../../text/use-app-text.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { ACTION_ICONS, ACTIONS, actionName, isPossible, obstacle } from './app-actions.ts';
import type { Action, Subject } from './app-actions.ts';
import { ActionQuestion } from './ActionQuestion.tsx';
import styles from './AppDialog.module.css';
import { driftWords, Mark, ServiceStatus, sourceOf, VersionChip } from './AppFacts.tsx';
import type { AppDrift } from '@ops/protocol/domain/app-drift.ts';
import { RunningAction } from './RunningAction.tsx';
import { noteWords } from './service-name.ts';

/** One cell of the grid, opened: all that is known of an application on a host, and what may be done with it. */
export function AppDialog({
  host,
  app,
  drift,
  running,
  hindrance,
  onClose,
}: Subject & {
  readonly drift: AppDrift | undefined;
  readonly running: CommandSummary | undefined;
  readonly hindrance: string | undefined;
  readonly onClose: () => void;
}) {
  const { text } = useAppText();
  const [asked, setAsked] = useState<Action>();
  if (asked !== undefined) return <ActionQuestion host={host} app={app} action={asked} onClose={onClose} />;
  const why = obstacle({ host, app }, running, hindrance, text);
  return (
    <Dialog open onClose={onClose} title={text.appOn(app.name, host.hostname)}>
      <Facts
        facts={[
          {
            name: text.version,
            value: (
              <>
                <VersionChip version={app.version} />
                {drift && <Mark words={driftWords(drift, text)} />}
              </>
            ),
          },
          {
            name: text.filterByService,
            value: (
              <>
                <ServiceStatus app={app} offline={host.status === 'offline'} pid />
                {app.notes?.map((note) => (
                  <Mark key={note} words={noteWords(note, text)} />
                ))}
                {app.status_reason !== undefined && (
                  <small className={styles.reason}>{app.status_reason}</small>
                )}
              </>
            ),
          },
          { name: text.source, value: sourceOf(app) },
          { name: text.deployedAt, value: app.deploy_time },
        ]}
      />
      {running !== undefined && <RunningAction command={running} />}
      {why !== undefined && running === undefined && <p className={styles.reason}>{why}</p>}
      <div className={styles.actions}>
        {ACTIONS.filter((action) => isPossible(action, app)).map((action) => {
          const Glyph = ACTION_ICONS[action];
          return (
            <Button
              key={action}
              variant="default"
              leftSection={<Glyph size={16} stroke={1.7} aria-hidden />}
              disabled={why !== undefined}
              title={why}
              onClick={() => setAsked(action)}
            >
              {action === 'Update' ? text.actionUpdateAsk : actionName(action, text)}
            </Button>
          );
        })}
      </div>
      <DialogActions>
        <Button
          variant="subtle"
          renderRoot={(props) => (
            <Link to={paths.releases} params={{ client: host.client_id, name: app.name }} {...props} />
          )}
        >
          {text.releases}
        </Button>
        <Button variant="default" onClick={onClose}>
          {text.close}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
