import type { ClientView } from '@ops/protocol/http/clients.ts';
import { fromTimestamp } from '@ops/protocol/http/endpoint.ts';

import { useHostText } from '../../text/use-host-text.ts';
import type { Format } from '../../text/format.ts';
import { Facts } from '../../ui/Facts.tsx';
import { Panel } from '../../ui/Panel.tsx';
import styles from './FactPanels.module.css';

const MINUTE_MS = 60_000;

/** To the minute: how long a message was on its way differs by less. */
function bootWords(at: number, format: Format): string {
  return format.exactMinute(Math.round(at / MINUTE_MS) * MINUTE_MS);
}

export function HostPanel({ client }: { readonly client: ClientView }) {
  const { text, format } = useHostText();
  const info = client.system_info;
  const addresses = info.ip_addresses ?? [];
  return (
    <Panel title={text.host}>
      <Facts
        facts={[
          { name: text.os, value: [info.os, info.os_version].filter(Boolean).join(' ') || undefined },
          { name: text.kernel, value: info.kernel },
          { name: text.architecture, value: info.arch },
          { name: text.cpuModel, value: info.cpu_model },
          { name: text.coreCount, value: info.cpu_cores },
          {
            name: text.totalMemory,
            value: info.total_memory === undefined ? undefined : format.bytes(info.total_memory),
          },
          {
            name: text.uptime,
            value: info.uptime_secs === undefined ? undefined : format.duration(info.uptime_secs * 1000),
          },
          {
            name: text.bootedAt,
            value:
              info.uptime_secs === undefined
                ? undefined
                : bootWords(fromTimestamp(client.last_seen) - info.uptime_secs * 1000, format),
          },
          {
            name: text.processes,
            value: info.process_count === undefined ? undefined : format.number(info.process_count),
          },
          {
            name: text.addresses,
            value:
              addresses.length === 0 ? undefined : (
                <ul className={styles.lines}>
                  {addresses.map((address) => (
                    <li key={address}>{address}</li>
                  ))}
                </ul>
              ),
          },
        ]}
      />
    </Panel>
  );
}
