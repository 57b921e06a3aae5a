import type { ClientView } from '@ops/protocol/http/clients.ts';
import { fromTimestamp } from '@ops/protocol/http/endpoint.ts';
import type { Timestamp } from '@ops/protocol/http/endpoint.ts';
import { IconCircleCheck, IconLockOpen } from '../../ui/icons.ts';
import type { ReactNode } from 'react';

import { useHostText } from '../../text/use-host-text.ts';
import { Ago } from '../../ui/Ago.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { HostUpgrade } from '../../upgrades/HostUpgrade.tsx';
import { CLOCK_WORRY_MS } from './clock-offset.ts';
import styles from './FactPanels.module.css';

/** Less than this is the way of a message. */
const CLOCK_SAME_MS = 50;

export function ConnectionPanel({ id, client }: { readonly id: string; readonly client: ClientView }) {
  const { text } = useHostText();
  const online = client.status === 'online';
  const since = online ? client.connected_at : client.disconnected_at;
  const period = client.heartbeat_interval_secs;
  return (
    <Panel title={text.connection}>
      <Facts
        facts={[
          { name: online ? text.connectedSince : text.disconnectedSince, value: <Moment at={since} /> },
          { name: text.remoteAddress, value: client.remote_address },
          {
            name: text.encryption,
            value: (
              <span title={client.encrypted ? undefined : text.notEncryptedHelp}>
                <Judged good={client.encrypted}>
                  {client.encrypted ? text.encrypted : text.notEncrypted}
                </Judged>
              </span>
            ),
          },
          {
            name: text.authentication,
            value: (
              <Judged good={client.authenticated}>
                {client.authenticated ? text.authenticated : text.notAuthenticated}
              </Judged>
            ),
          },
          ...(client.secret_in_use === undefined
            ? []
            : [
                {
                  name: text.secretInUse,
                  value:
                    client.secret_in_use === 'current' ? (
                      text.secretCurrent
                    ) : (
                      <Worry>{text.secretPrevious}</Worry>
                    ),
                },
              ]),
          { name: text.clientVersion, value: client.client_version },
          { name: text.clientUpgrade, value: <HostUpgrade id={id} client={client} /> },
          {
            name: text.protocol,
            value:
              client.protocol_version === null
                ? undefined
                : text.protocolVersion(String(client.protocol_version)),
          },
          { name: text.heartbeatInterval, value: period === null ? undefined : text.everySeconds(period) },
          { name: text.clockOffset, value: <Offset ms={client.clock_offset_ms} /> },
          ...(client.journal_lost_at === undefined
            ? []
            : [
                {
                  name: text.journalLost,
                  value: (
                    <Worry>
                      <Ago at={fromTimestamp(client.journal_lost_at)} /> {text.journalLostMeans}
                    </Worry>
                  ),
                },
              ]),
        ]}
      />
    </Panel>
  );
}

function Moment({ at }: { readonly at: Timestamp | null }) {
  return at === null ? undefined : <Ago at={fromTimestamp(at)} />;
}

function Offset({ ms }: { readonly ms: number | null }) {
  const { text, format } = useHostText();
  if (ms === null) return undefined;
  const size = Math.abs(ms) < 1000 ? text.milliseconds(Math.abs(ms)) : format.duration(Math.abs(ms));
  if (Math.abs(ms) < CLOCK_SAME_MS) return text.clockSame;
  const words = ms > 0 ? text.clockAhead(size) : text.clockBehind(size);
  return Math.abs(ms) > CLOCK_WORRY_MS ? <Worry>{words}</Worry> : words;
}

function Judged({ good, children }: { readonly good: boolean; readonly children: ReactNode }) {
  const Glyph = good ? IconCircleCheck : IconLockOpen;
  return (
    <span className={styles.judged} data-good={good || undefined}>
      <Glyph size={15} stroke={1.8} aria-hidden />
      {children}
    </span>
  );
}

function Worry({ children }: { readonly children: ReactNode }) {
  return <span className={styles.worry}>{children}</span>;
}
