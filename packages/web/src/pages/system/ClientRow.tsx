import type { ClientSummary } from '@ops/protocol/http/clients.ts';
import { IconAlertTriangle, IconArrowDown, IconArrowUp, IconLockOpen } from '../../ui/icons.ts';
import { memo } from 'react';

import { NONE } from '../../text/format.ts';
import { useText } from '../../text/use-text.ts';
import { Ago } from '../../ui/Ago.tsx';
import { HostLink } from '../../ui/HostLink.tsx';
import { IdChip } from '../../ui/IdChip.tsx';
import { Labels } from '../../ui/Labels.tsx';
import { Meter } from '../../ui/Meter.tsx';
import { StatusLabel, presenceOf } from '../../ui/StatusLabel.tsx';
import type { Resource } from '../../ui/readings.ts';
import { AsOf } from './AsOf.tsx';
import { share } from './fleet-list.ts';
import { useHandOver } from './slots.ts';
import styles from './FleetTable.module.css';

export const ClientRow = memo(function ClientRow({
  client,
  rowIndex,
  below,
}: {
  readonly client: ClientSummary;
  /** In the table, its head counted. */
  readonly rowIndex: number;
  /** Pixels from the top of the list. */
  readonly below: number;
}) {
  const { text, format } = useText();
  const { metrics, ip_addresses: addresses } = client;
  const presence = presenceOf(client);
  const line = useHandOver<HTMLTableRowElement>(client.id);
  const past = presence === 'offline';
  return (
    <tr
      ref={line}
      role="row"
      aria-rowindex={rowIndex}
      data-presence={presence}
      style={{ transform: `translateY(${below}px)` }}
    >
      <td role="cell" data-column="status">
        <StatusLabel presence={presence} />
      </td>
      <th role="rowheader" scope="row" data-column="name">
        <div className={styles.nameCell}>
          <HostLink id={client.id} className={styles.link} title={client.hostname}>
            {client.hostname}
          </HostLink>
          <IdChip key={client.id} id={client.id} />
          {client.conflict && (
            <span className={styles.mark} data-tone="warn" title={text.conflictHelp}>
              <IconAlertTriangle size={14} role="img" aria-label={text.conflict} />
            </span>
          )}
          {!client.encrypted && !past && (
            <span className={styles.mark} title={text.notEncryptedHelp}>
              <IconLockOpen size={14} role="img" aria-label={text.notEncrypted} />
            </span>
          )}
        </div>
      </th>
      <td role="cell" data-column="addresses" title={addresses.join('\n')}>
        {addresses[0] ?? NONE}
        {addresses.length > 1 && <span className={styles.more}> +{addresses.length - 1}</span>}
      </td>
      <Share column="cpu" resource="cpu" percent={metrics?.cpu_usage} past={past} />
      <Share
        column="memory"
        resource="memory"
        percent={share(metrics?.used_memory, metrics?.total_memory)}
        title={format.bytesOf(metrics?.used_memory, metrics?.total_memory)}
        past={past}
      />
      <Share
        column="disk"
        resource="disk"
        percent={share(metrics?.disk_used, metrics?.disk_total)}
        title={format.bytesOf(metrics?.disk_used, metrics?.disk_total)}
        past={past}
      />
      <td role="cell" data-column="network">
        <div className={styles.rates}>
          <span>
            <IconArrowDown size={13} role="img" aria-label={text.received} />
            {format.rate(metrics?.rx_bytes_per_sec)}
          </span>
          <span>
            <IconArrowUp size={13} role="img" aria-label={text.sent} />
            {format.rate(metrics?.tx_bytes_per_sec)}
          </span>
        </div>
      </td>
      <td role="cell" data-column="labels">
        <Labels labels={client.labels} oneLine />
      </td>
      <td role="cell" data-column="seen">
        {past ? <AsOf at={client.last_seen_ms} /> : <Ago at={client.last_seen_ms} />}
      </td>
    </tr>
  );
});

function Share({
  column,
  resource,
  percent,
  title,
  past,
}: {
  readonly column: string;
  readonly resource: Resource;
  readonly percent: number | undefined;
  readonly title?: string;
  readonly past: boolean;
}) {
  const { format } = useText();
  return (
    <td role="cell" data-column={column} title={title}>
      <div className={styles.share}>
        <span className={styles.percent}>{format.percent(percent)}</span>
        <Meter resource={resource} percent={percent} muted={past} />
      </div>
    </td>
  );
}
