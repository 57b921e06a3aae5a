import type { AppInfo } from '@ops/protocol/domain/app.ts';
import { Link } from '@tanstack/react-router';

import { paths } from '../../paths.ts';
import { NONE } from '../../text/format.ts';
import { useAppText } from '../../text/use-app-text.ts';
import { Panel } from '../../ui/Panel.tsx';
import { SmallTable } from '../../ui/SmallTable.tsx';
import { ServiceStatus, sourceOf } from '../apps/AppFacts.tsx';

/** The applications found on the host. */
export function AppsPanel({ client, apps }: { readonly client: string; readonly apps: readonly AppInfo[] }) {
  const { text, format } = useAppText();
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
          { name: text.releases },
        ]}
        rows={apps.map((app) => ({
          key: app.name,
          cells: [
            app.name,
            app.version ?? NONE,
            sourceOf(app) ?? NONE,
            app.deploy_time ?? NONE,
            <ServiceStatus key="status" app={app} offline={false} />,
            <Link key="releases" to={paths.releases} params={{ client, name: app.name }}>
              {text.seeReleases}
            </Link>,
          ],
        }))}
        empty={text.none}
      />
    </Panel>
  );
}
