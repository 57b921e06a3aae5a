import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import { Link } from '@tanstack/react-router';
import { memo, useId } from 'react';

import { paths } from '../../paths.ts';
import { NONE } from '../../text/format.ts';
import { useAppText } from '../../text/use-app-text.ts';
import { IconAlertTriangle } from '../../ui/icons.ts';
import { StatusLabel } from '../../ui/StatusLabel.tsx';
import { AppActions } from './AppActions.tsx';
import { driftKey } from './apps-list.ts';
import type { Drift } from './apps-list.ts';
import styles from './HostApps.module.css';
import { noteWords, serviceName } from './service-name.ts';

const SHORT_COMMIT = 8;

/** The applications of one host. */
export const HostApps = memo(function HostApps({
  host,
  drift,
  mayRun,
}: {
  readonly host: ClientApps;
  readonly drift: ReadonlyMap<string, Drift>;
  readonly mayRun: boolean;
}) {
  const { text, format } = useAppText();
  const heading = useId();
  return (
    <section className={styles.host} aria-labelledby={heading}>
      <header className={styles.head}>
        <h2 id={heading}>
          <Link to={paths.client} params={{ id: host.client_id }}>
            {host.hostname}
          </Link>
        </h2>
        <StatusLabel presence={host.status} />
        {host.readonly && <span className={styles.tag}>{text.readonlyTag}</span>}
        <span className={styles.count}>{text.appsCount(host.apps.length, format)}</span>
      </header>
      <table className={styles.table} aria-labelledby={heading}>
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
            <Row
              key={app.name}
              host={host}
              app={app}
              drift={drift.get(driftKey(host.client_id, app.name))}
              mayRun={mayRun}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
});

function Row({
  host,
  app,
  drift,
  mayRun,
}: {
  readonly host: ClientApps;
  readonly app: AppInfo;
  readonly drift: Drift | undefined;
  readonly mayRun: boolean;
}) {
  const { text } = useAppText();
  const isOffline = host.status === 'offline';
  const status = serviceName(app.service_status, text);
  // That one is about the version, and stands there.
  const notes = app.notes?.filter((note) => note !== 'not_restarted') ?? [];
  const source = [app.branch, app.commit?.slice(0, SHORT_COMMIT)].filter(Boolean).join(' · ');
  return (
    <tr>
      <th scope="row">
        <span className={styles.name}>{app.name}</span>
        <span className={styles.status} data-status={isOffline ? 'past' : app.service_status}>
          <span className={styles.dot} aria-hidden />
          {isOffline ? text.lastKnown(status) : status}
          {app.pid !== undefined && <span className={styles.pid}>{text.processNumber(app.pid)}</span>}
        </span>
        {notes.map((note) => (
          <Mark key={note} words={noteWords(note, text)} />
        ))}
        {app.status_reason !== undefined && <span className={styles.reason}>{app.status_reason}</span>}
      </th>
      <td className={styles.version}>
        {app.version === undefined ? NONE : <span className={styles.chip}>{app.version}</span>}
        {app.notes?.includes('not_restarted') && <Mark words={noteWords('not_restarted', text)} />}
        {drift && <Mark words={driftWords(drift, text)} />}
      </td>
      <td className={styles.source} title={app.commit}>
        {source === '' ? NONE : source}
      </td>
      <td className={styles.deployed}>{app.deploy_time ?? NONE}</td>
      <td className={styles.actions}>
        <AppActions host={host} app={app} mayRun={mayRun} />
      </td>
    </tr>
  );
}

function Mark({ words }: { readonly words: string }) {
  return (
    <span className={styles.mark}>
      <IconAlertTriangle size={13} stroke={1.9} aria-hidden />
      {words}
    </span>
  );
}

function driftWords({ kind, most }: Drift, text: ReturnType<typeof useAppText>['text']): string {
  if (kind === 'commit') return text.driftCommit;
  return most === undefined ? text.driftVersions : text.driftVersion(most);
}
