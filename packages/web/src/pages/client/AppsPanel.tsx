import type { AppInfo } from '@ops/protocol/domain/app.ts';

import { NONE } from '../../text/format.ts';
import { useText } from '../../text/use-text.ts';
import { Panel } from '../../ui/Panel.tsx';
import { SmallTable } from '../../ui/SmallTable.tsx';
import styles from './AppsPanel.module.css';

const SHORT_COMMIT = 8;

/** The applications found on the host. */
export function AppsPanel({ apps }: { readonly apps: readonly AppInfo[] }) {
  const { text, format } = useText();
  const words = { Running: text.appRunning, Stopped: text.appStopped, Unknown: text.appUnknown };
  return (
    <Panel title={text.apps} aside={format.number(apps.length)} flush>
      <SmallTable
        name={text.apps}
        columns={[
          { name: text.appName, grow: true },
          { name: text.version },
          { name: text.source, optional: true },
          { name: text.deployedAt, optional: true },
          { name: text.status },
        ]}
        rows={apps.map((app) => ({
          key: app.name,
          cells: [
            app.name,
            app.version ?? NONE,
            [app.branch, app.commit?.slice(0, SHORT_COMMIT)].filter(Boolean).join(' · ') || NONE,
            app.deploy_time ?? NONE,
            <span key="status" className={styles.status} data-status={app.service_status}>
              {words[app.service_status]}
            </span>,
          ],
        }))}
        empty={text.none}
      />
    </Panel>
  );
}
