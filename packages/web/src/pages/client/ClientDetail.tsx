import type { ClientView } from '@ops/protocol/http/clients.ts';
import { fromTimestamp } from '@ops/protocol/http/endpoint.ts';

import { useHostCommands } from '../../commands/use-history.ts';
import { useText } from '../../text/use-text.ts';
import { Ago } from '../../ui/Ago.tsx';
import { IdChip } from '../../ui/IdChip.tsx';
import { Labels } from '../../ui/Labels.tsx';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { StatusLabel, presenceOf } from '../../ui/StatusLabel.tsx';
import { ChartsPanel } from './charts/ChartsPanel.tsx';
import { AppsPanel } from './AppsPanel.tsx';
import { CommandsPanel, SHOWN_COMMANDS } from './CommandsPanel.tsx';
import { ConnectionPanel } from './ConnectionPanel.tsx';
import { CoresPanel } from './CoresPanel.tsx';
import { DisksPanel, IoPanel, NetworkPanel } from './DevicePanels.tsx';
import { ForgetPanel } from './ForgetPanel.tsx';
import { HostPanel } from './HostPanel.tsx';
import type { HostSearch } from './host-search.ts';
import { IdentityPanel } from './IdentityPanel.tsx';
import { PolicyPanel } from './PolicyPanel.tsx';
import styles from './ClientPage.module.css';

export function ClientDetail({
  id,
  client,
  stale,
  search,
}: {
  readonly id: string;
  readonly client: ClientView;
  readonly stale: boolean;
  readonly search: HostSearch;
}) {
  const { text, format } = useText();
  const info = client.system_info;
  const offline = client.status === 'offline';
  const commands = useHostCommands(id, SHOWN_COMMANDS);
  const lastSeen = fromTimestamp(client.last_seen);
  return (
    <>
      <header className={styles.head}>
        <div className={styles.titleLine}>
          <PageTitle title={info.hostname} className={styles.title} />
          <StatusLabel presence={presenceOf(client)} />
        </div>
        <div className={styles.subLine}>
          <IdChip id={id} />
          <span className={styles.os}>{[info.os, info.os_version, info.arch].filter(Boolean).join(' ')}</span>
          <span className={styles.heartbeat}>
            {text.lastHeartbeat} <Ago at={lastSeen} />
          </span>
        </div>
        <Labels labels={client.labels} />
      </header>

      {offline && <p className={styles.asOf}>{text.readingsAsOf(format.exact(lastSeen))}</p>}
      <div className={styles.columns}>
        <div className={styles.live} data-past={offline || stale || undefined}>
          <ChartsPanel id={id} client={client} search={search} past={offline || stale} />
          <CoresPanel cores={info.cpu_core_usage} />
          <DisksPanel disks={info.disks} past={offline} />
          <div className={styles.pair}>
            <NetworkPanel network={info.network} />
            <IoPanel io={info.disk_io} />
          </div>
          {client.app_info.length > 0 && (
            <AppsPanel id={id} client={client} active={commands.active.page?.items ?? []} />
          )}
          <CommandsPanel id={id} policy={client.policy} commands={commands} />
          <PolicyPanel policy={client.policy} offline={offline} />
        </div>
        <aside className={styles.side} aria-label={text.facts}>
          <HostPanel client={client} />
          <ConnectionPanel id={id} client={client} />
          <IdentityPanel id={id} client={client} />
          <ForgetPanel id={id} hostname={info.hostname} offline={offline} />
        </aside>
      </div>
    </>
  );
}
