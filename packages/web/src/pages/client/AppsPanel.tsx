import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { ClientView } from '@ops/protocol/http/clients.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';

import { useHindrance } from '../../commands/use-may-run.ts';
import { actionsOf, appKey } from '../../live/apps-live.ts';
import { NONE } from '../../text/format.ts';
import { useAppText } from '../../text/use-app-text.ts';
import { Panel } from '../../ui/Panel.tsx';
import { SmallTable } from '../../ui/SmallTable.tsx';
import { Mark, ServiceStatus, sourceOf, VersionChip } from '../apps/AppFacts.tsx';
import { AppMenu } from '../apps/AppMenu.tsx';
import { RunningAction } from '../apps/RunningAction.tsx';
import { noteWords } from '../apps/service-name.ts';
import styles from './AppsPanel.module.css';

/** The applications found on the host, what is being done with them, and what may be. */
export function AppsPanel({
  id,
  client,
  active,
}: {
  readonly id: string;
  readonly client: ClientView;
  /** Commands of this host that are not over. */
  readonly active: readonly CommandSummary[];
}) {
  const { text, format } = useAppText();
  const hindrance = useHindrance(text.viewerCannotAct);
  const apps = client.app_info;
  const host = {
    client_id: id,
    hostname: client.system_info.hostname,
    status: client.status,
    readonly: client.policy?.readonly ?? false,
    apps,
  };
  const running = actionsOf(active);
  return (
    <Panel title={text.apps} aside={format.number(apps.length)} flush>
      <SmallTable
        name={text.apps}
        columns={[
          { name: text.appName, grow: true },
          { name: text.version },
          { name: text.source, optional: true },
          { name: text.deployedAt, optional: true },
          { name: text.appActions },
        ]}
        rows={apps.map((app) => {
          const action = running.get(appKey(id, app.name));
          return {
            key: app.name,
            cells: [
              <AppSubject key="app" app={app} action={action} offline={client.status === 'offline'} />,
              <VersionChip key="version" version={app.version} />,
              sourceOf(app) ?? NONE,
              app.deploy_time ?? NONE,
              <AppMenu key="actions" host={host} app={app} running={action} hindrance={hindrance} />,
            ],
          };
        })}
        empty={text.none}
      />
    </Panel>
  );
}

function AppSubject({
  app,
  action,
  offline,
}: {
  readonly app: AppInfo;
  readonly action: CommandSummary | undefined;
  readonly offline: boolean;
}) {
  const { text } = useAppText();
  return (
    <span className={styles.subject}>
      <span>{app.name}</span>
      <ServiceStatus app={app} offline={offline} pid />
      {action !== undefined && <RunningAction command={action} />}
      {app.notes?.map((note) => (
        <Mark key={note} words={noteWords(note, text)} />
      ))}
    </span>
  );
}
