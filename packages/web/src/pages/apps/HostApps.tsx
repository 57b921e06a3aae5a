import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import { Link } from '@tanstack/react-router';
import { memo, useId } from 'react';

import { appKey } from '../../live/apps-live.ts';
import { paths } from '../../paths.ts';
import { NONE } from '../../text/format.ts';
import { useAppText } from '../../text/use-app-text.ts';
import { CheckBox } from '../../ui/CheckBox.tsx';
import { StatusLabel } from '../../ui/StatusLabel.tsx';
import table from '../../ui/Table.module.css';
import { driftWords, Mark, ServiceStatus, sourceOf, VersionChip } from './AppFacts.tsx';
import { AppMenu } from './AppMenu.tsx';
import type { AppsView } from './apps-view.ts';
import styles from './HostApps.module.css';
import { RunningAction } from './RunningAction.tsx';
import { keysOf, shareOf } from './selection.ts';
import { noteWords } from './service-name.ts';

/** The applications of one host. */
export const HostApps = memo(function HostApps({
  host,
  view,
}: {
  readonly host: ClientApps;
  readonly view: AppsView;
}) {
  const { text, format } = useAppText();
  const heading = useId();
  const keys = keysOf(host);
  return (
    <section className={styles.host} aria-labelledby={heading}>
      <header className={styles.head}>
        {view.mayRun && (
          <CheckBox
            label={text.chooseHost(host.hostname)}
            state={shareOf(view.selection, keys)}
            onChange={(on) => view.choose(keys, on)}
          />
        )}
        <h2 id={heading}>
          <Link to={paths.client} params={{ id: host.client_id }}>
            {host.hostname}
          </Link>
        </h2>
        <StatusLabel presence={host.status} />
        {host.readonly && <span className={styles.tag}>{text.readonlyTag}</span>}
        <span className={styles.count}>{text.appsCount(host.apps.length, format)}</span>
      </header>
      <table className={`${table.table} ${styles.table}`} aria-labelledby={heading}>
        <thead>
          <tr>
            <th scope="col">{text.appName}</th>
            <th scope="col" className={styles.version}>
              {text.version}
            </th>
            <th scope="col" className={styles.source}>
              {text.source}
            </th>
            <th scope="col" className={styles.deployed}>
              {text.deployedAt}
            </th>
            <th scope="col" className={styles.actions}>
              {text.appActions}
            </th>
          </tr>
        </thead>
        <tbody>
          {host.apps.map((app) => (
            <Row key={app.name} host={host} app={app} view={view} />
          ))}
        </tbody>
      </table>
    </section>
  );
});

function Row({
  host,
  app,
  view,
}: {
  readonly host: ClientApps;
  readonly app: AppInfo;
  readonly view: AppsView;
}) {
  const { text } = useAppText();
  const key = appKey(host.client_id, app.name);
  const drift = view.drift.get(key);
  const running = view.actions.get(key);
  // That one is about the version, and stands there.
  const notes = app.notes?.filter((note) => note !== 'not_restarted') ?? [];
  const chosen = view.selection.has(key);
  return (
    <tr data-chosen={chosen || undefined}>
      <th scope="row">
        <div className={styles.subject}>
          {view.mayRun && (
            <CheckBox
              label={text.chooseApp(app.name, host.hostname)}
              state={chosen ? 'all' : 'none'}
              onChange={(on) => view.choose([key], on)}
            />
          )}
          <div className={styles.about}>
            <span className={styles.name}>{app.name}</span>
            <ServiceStatus app={app} offline={host.status === 'offline'} pid />
            {running !== undefined && <RunningAction command={running} />}
            {notes.map((note) => (
              <Mark key={note} words={noteWords(note, text)} />
            ))}
            {app.status_reason !== undefined && <span className={table.small}>{app.status_reason}</span>}
          </div>
        </div>
      </th>
      <td className={styles.version}>
        <VersionChip version={app.version} />
        {app.notes?.includes('not_restarted') && <Mark words={noteWords('not_restarted', text)} />}
        {drift && <Mark words={driftWords(drift, text)} />}
      </td>
      <td className={styles.source} title={app.commit}>
        {sourceOf(app) ?? NONE}
      </td>
      <td className={styles.deployed}>{app.deploy_time ?? NONE}</td>
      <td className={styles.actions}>
        <AppMenu host={host} app={app} running={running} hindrance={view.hindrance} />
      </td>
    </tr>
  );
}
