import type { ClientView } from '@ops/protocol/http/clients.ts';

import { useText } from '../../text/use-text.ts';
import { Facts } from '../../ui/Facts.tsx';
import { Panel } from '../../ui/Panel.tsx';
import styles from './FactPanels.module.css';

export function HostPanel({ client }: { readonly client: ClientView }) {
  const { text, format } = useText();
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
