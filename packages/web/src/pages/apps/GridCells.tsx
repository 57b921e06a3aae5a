import { VisuallyHidden } from '@mantine/core';
import { SERVICE_STATUSES } from '@ops/protocol/domain/app.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import { Link } from '@tanstack/react-router';

import { appKey } from '../../live/apps-live.ts';
import { paths } from '../../paths.ts';
import { useAppText } from '../../text/use-app-text.ts';
import { CheckBox } from '../../ui/CheckBox.tsx';
import { IconAlertTriangle } from '../../ui/icons.ts';
import { StatusLabel } from '../../ui/StatusLabel.tsx';
import { driftWords, ServiceStatus, StatusDot, VersionChip } from './AppFacts.tsx';
import { cellOf } from './app-grid.ts';
import type { GridColumn } from './app-grid.ts';
import type { AppsView } from './apps-view.ts';
import styles from './AppGridView.module.css';
import { RunningAction } from './RunningAction.tsx';
import { keysOf, shareOf } from './selection.ts';
import { serviceName } from './service-name.ts';

/** An application, and what is counted over all hosts of the grid. */
export function ColumnHead({
  column,
  index,
  view,
}: {
  readonly column: GridColumn;
  readonly index: number;
  readonly view: AppsView;
}) {
  const { text, format } = useAppText();
  const differs = view.drift.size > 0 && column.keys.some((key) => view.drift.has(key));
  return (
    <th scope="col" aria-colindex={index} className={styles.column}>
      <span className={styles.title}>
        {view.mayRun && (
          <CheckBox
            label={text.chooseColumn(column.name)}
            state={view.selection.size === 0 ? 'none' : shareOf(view.selection, column.keys)}
            onChange={(on) => view.choose(column.keys, on)}
          />
        )}
        <span className={styles.name} title={column.name}>
          {column.name}
        </span>
      </span>
      <span className={styles.counts}>
        {SERVICE_STATUSES.filter((status) => column.counts[status] > 0).map((status) => (
          <span key={status} title={serviceName(status, text)}>
            <StatusDot status={status} />
            <VisuallyHidden>{serviceName(status, text)}</VisuallyHidden>
            {format.number(column.counts[status])}
          </span>
        ))}
      </span>
      <span data-differs={differs || undefined} className={styles.versions}>
        {differs && <IconAlertTriangle size={12} stroke={1.9} aria-hidden />}
        {differs && column.versions === 1 ? text.commitsDiffer : text.versionsCount(column.versions, format)}
      </span>
    </th>
  );
}

/** The host of a line. */
export function HostHead({ host, view }: { readonly host: ClientApps; readonly view: AppsView }) {
  const { text } = useAppText();
  const keys = keysOf(host);
  return (
    <th scope="row" className={styles.host} aria-colindex={1}>
      <div className={styles.title}>
        {view.mayRun && (
          <CheckBox
            label={text.chooseHost(host.hostname)}
            state={shareOf(view.selection, keys)}
            onChange={(on) => view.choose(keys, on)}
          />
        )}
        <span className={styles.hostWords}>
          <Link to={paths.client} params={{ id: host.client_id }} title={host.hostname}>
            {host.hostname}
          </Link>
          <span className={styles.presence}>
            <StatusLabel presence={host.status} />
            {host.readonly && <span className={styles.tag}>{text.readonlyTag}</span>}
          </span>
        </span>
      </div>
    </th>
  );
}

/** One application on one host; a press opens it. Empty where the host does not have it, or a filter leaves it out. */
export function GridCell({
  host,
  name,
  index,
  view,
  onOpen,
}: {
  readonly host: ClientApps;
  readonly name: string;
  readonly index: number;
  readonly view: AppsView;
  readonly onOpen: (key: string) => void;
}) {
  const { text } = useAppText();
  const key = appKey(host.client_id, name);
  const app = cellOf(host, name);
  if (app === undefined) return <td aria-colindex={index} className={styles.none} />;
  const drift = view.drift.get(key);
  const running = view.actions.get(key);
  const chosen = view.selection.has(key);
  const needsLook = drift !== undefined || (app.notes?.length ?? 0) > 0;
  return (
    <td aria-colindex={index} className={styles.cell} data-chosen={chosen || undefined}>
      <div className={styles.inside}>
        {view.mayRun && (
          <CheckBox
            label={text.chooseApp(name, host.hostname)}
            state={chosen ? 'all' : 'none'}
            onChange={(on) => view.choose([key], on)}
          />
        )}
        <div className={styles.facts}>
          <button
            type="button"
            className={styles.open}
            title={drift && driftWords(drift, text)}
            onClick={() => onOpen(key)}
          >
            <span className={styles.line}>
              <VersionChip version={app.version} />
              {needsLook && <IconAlertTriangle size={13} stroke={1.9} aria-hidden />}
              {drift && <VisuallyHidden>{driftWords(drift, text)}</VisuallyHidden>}
            </span>
            {running === undefined && <ServiceStatus app={app} offline={host.status === 'offline'} short />}
          </button>
          {running !== undefined && <RunningAction command={running} />}
        </div>
      </div>
    </td>
  );
}
