import type { ClientSummary } from '@ops/protocol/http/clients.ts';
import { IconAlertTriangle, IconApps, IconArrowDown, IconArrowUp, IconLockOpen } from '../../ui/icons.ts';
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
import { shortModel } from './short-model.ts';
import styles from './ClientCard.module.css';

/** One host at a glance. All of it leads to the page of the host. */
export const ClientCard = memo(function ClientCard({ client }: { readonly client: ClientSummary }) {
  const { text, format } = useText();
  const { metrics, cpu_model, cpu_cores } = client;
  const presence = presenceOf(client);
  const card = useHandOver(client.id);
  const past = presence === 'offline';
  const cores = cpu_cores === undefined ? undefined : text.cores(cpu_cores);
  const processor = [cores, cpu_model === undefined ? undefined : shortModel(cpu_model)]
    .filter(Boolean)
    .join(' · ');
  const addresses = client.ip_addresses;
  return (
    <article ref={card} className={styles.card} data-presence={presence}>
      <header className={styles.head}>
        <h2 className={styles.name} title={client.hostname}>
          <HostLink id={client.id} className={styles.link}>
            {client.hostname}
          </HostLink>
        </h2>
        <StatusLabel presence={presence} />
      </header>
      <div className={styles.line}>
        <IdChip key={client.id} id={client.id} />
        <span className={styles.os}>{[client.os, client.os_version].filter(Boolean).join(' ')}</span>
      </div>

      <div className={styles.readings}>
        <Reading
          resource="cpu"
          name={text.cpu}
          percent={metrics?.cpu_usage}
          detail={processor || NONE}
          title={[cores, cpu_model].filter(Boolean).join(' · ')}
          past={past}
        />
        <Reading
          resource="memory"
          name={text.memory}
          percent={share(metrics?.used_memory, metrics?.total_memory)}
          detail={format.bytesOf(metrics?.used_memory, metrics?.total_memory)}
          past={past}
        />
        <Reading
          resource="disk"
          name={text.disk}
          percent={share(metrics?.disk_used, metrics?.disk_total)}
          detail={format.bytesOf(metrics?.disk_used, metrics?.disk_total)}
          past={past}
        />
      </div>

      <div className={styles.line}>
        <span className={styles.rate} title={text.received}>
          <IconArrowDown size={13} aria-label={text.received} role="img" />
          {format.rate(metrics?.rx_bytes_per_sec)}
        </span>
        <span className={styles.rate} title={text.sent}>
          <IconArrowUp size={13} aria-label={text.sent} role="img" />
          {format.rate(metrics?.tx_bytes_per_sec)}
        </span>
        {/* It ends on the right: another host's would be this one moved. */}
        <span key={client.id} className={styles.addresses} title={addresses.join('\n')}>
          {addresses[0] ?? NONE}
          {addresses.length > 1 && ` +${addresses.length - 1}`}
        </span>
      </div>

      <Labels labels={client.labels} oneLine />
      <footer className={styles.foot}>
        <span className={styles.seen}>
          {past ? (
            <AsOf at={client.last_seen_ms} />
          ) : (
            <>
              {text.lastHeartbeat} <Ago at={client.last_seen_ms} />
            </>
          )}
        </span>
        <span className={styles.marks}>
          {client.conflict && (
            <span className={styles.mark} data-tone="warn" title={text.conflictHelp}>
              <IconAlertTriangle size={13} aria-hidden />
              {text.conflict}
            </span>
          )}
          {client.apps > 0 && (
            <span className={styles.mark} title={text.appsCount(client.apps, format)}>
              <IconApps size={13} aria-hidden />
              {text.appsCount(client.apps, format)}
            </span>
          )}
          {!client.encrypted && !past && (
            <span className={styles.mark} title={text.notEncryptedHelp}>
              <IconLockOpen size={13} aria-hidden />
              {text.notEncrypted}
            </span>
          )}
        </span>
      </footer>
    </article>
  );
});

function Reading({
  resource,
  name,
  percent,
  detail,
  title = detail,
  past,
}: {
  readonly resource: Resource;
  readonly name: string;
  readonly percent: number | undefined;
  readonly detail: string;
  readonly title?: string;
  readonly past: boolean;
}) {
  const { format } = useText();
  return (
    <div className={styles.reading}>
      <span className={styles.readingName}>{name}</span>
      <span className={styles.detail} title={title}>
        {detail}
      </span>
      <span className={styles.percent}>{format.percent(percent)}</span>
      <div className={styles.meter}>
        <Meter resource={resource} percent={percent} muted={past} />
      </div>
    </div>
  );
}
