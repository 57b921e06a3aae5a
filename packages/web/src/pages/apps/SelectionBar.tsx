import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { appKey } from '../../live/apps-live.ts';
import type { AppsByClient } from '../../live/apps-live.ts';
import type { RolloutWork } from '../../rollouts/rollout-address.ts';
import { toRolloutForm } from '../../rollouts/rollout-link.ts';
import { useAppText } from '../../text/use-app-text.ts';
import { IconX } from '../../ui/icons.ts';
import { ACTION_ICONS, actionName, isPossible, obstacle } from './app-actions.ts';
import type { Action, Subject } from './app-actions.ts';
import { ActionQuestion } from './ActionQuestion.tsx';
import type { AppsView } from './apps-view.ts';
import styles from './SelectionBar.module.css';
import { chosenApps } from './selection.ts';
import type { ChosenApp } from './selection.ts';

/** Looking at one is done in its row; of many there would be nothing to see at once. */
const WORK: readonly RolloutWork[] = ['Start', 'Stop', 'Restart', 'Update'];
/** Hosts that are named; the others are a number. */
const NAMED = 3;

/** What is chosen, and what may be done with it. On one host it is an action, on several a rollout. */
export function SelectionBar({
  clients,
  view,
  onOnly,
  onClear,
}: {
  readonly clients: AppsByClient;
  readonly view: AppsView;
  /** Leaves nothing chosen but this application. */
  readonly onOnly: (app: ChosenApp) => void;
  readonly onClear: () => void;
}) {
  const { text, format } = useAppText();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Action>();
  const apps = chosenApps(view.selection, clients);
  const [app, another] = apps;
  if (app === undefined) return null;
  const single = subjectOf(app, another);
  const running = single && view.actions.get(appKey(single.host.client_id, single.app.name));
  const why =
    another !== undefined ? text.oneAppAtATime : single && obstacle(single, running, view.hindrance, text);

  function press(action: RolloutWork): void {
    if (single !== undefined) return setAsked(action);
    const ids = app?.hosts.map(({ client_id: id }) => id) ?? [];
    void navigate(toRolloutForm({ name: app?.name ?? '', ids, everywhere: app?.everywhere ?? 0 }, action));
  }

  return (
    <section className={styles.bar} aria-label={text.selection}>
      <div className={styles.what}>
        <span role="status" className={styles.count}>
          {text.chosenPlaces(
            apps.reduce((sum, { hosts }) => sum + hosts.length, 0),
            format,
          )}
        </span>
        {another === undefined ? (
          <span className={styles.where}>
            <strong>{app.name}</strong> {hostsInWords(app)}
          </span>
        ) : (
          <span className={styles.apps}>
            {apps.map((each) => (
              <Button
                key={each.name}
                size="compact-sm"
                variant="default"
                title={text.onlyThisApp(each.name)}
                onClick={() => onOnly(each)}
              >
                {each.name} × {format.number(each.hosts.length)}
              </Button>
            ))}
          </span>
        )}
        {why !== undefined && <span className={styles.why}>{why}</span>}
      </div>
      <div className={styles.actions}>
        {WORK.filter(
          (action) => another === undefined && (single === undefined || isPossible(action, single.app)),
        ).map((action) => {
          const Glyph = ACTION_ICONS[action];
          return (
            <Button
              key={action}
              variant={action === 'Update' ? 'filled' : 'default'}
              leftSection={<Glyph size={16} stroke={1.7} aria-hidden />}
              disabled={why !== undefined}
              title={why}
              onClick={() => press(action)}
            >
              {action === 'Update' ? text.actionUpdateAsk : actionName(action, text)}
            </Button>
          );
        })}
        <Button variant="subtle" color="off" leftSection={<IconX size={16} aria-hidden />} onClick={onClear}>
          {text.clearSelection}
        </Button>
      </div>
      {asked !== undefined && single !== undefined && (
        <ActionQuestion {...single} action={asked} onClose={() => setAsked(undefined)} />
      )}
    </section>
  );

  function hostsInWords({ hosts }: ChosenApp): string {
    const named = hosts.slice(0, NAMED).map(({ hostname }) => hostname);
    return text.onHosts(named, hosts.length - named.length, format);
  }
}

function subjectOf(app: ChosenApp, another: ChosenApp | undefined): Subject | undefined {
  const [host, second] = app.hosts;
  const found = host?.apps.find(({ name }) => name === app.name);
  return another === undefined && second === undefined && host && found ? { host, app: found } : undefined;
}
