import type { Sample } from '@ops/protocol/domain/sample.ts';

import { useText } from '../../text/use-text.ts';
import { Meter } from '../../ui/Meter.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { SmallTable } from '../../ui/SmallTable.tsx';
import styles from './DevicePanels.module.css';

export function DisksPanel({ disks, past }: { readonly disks: Sample['disks']; readonly past: boolean }) {
  const { text, format } = useText();
  return (
    <Panel title={text.disks} flush>
      <SmallTable
        name={text.disks}
        columns={[
          { name: text.mount, grow: true },
          { name: text.filesystem, optional: true },
          { name: text.used, figure: true },
          { name: text.share, wide: true },
        ]}
        rows={(disks ?? []).map((disk) => {
          const percent = disk.total > 0 ? (disk.used / disk.total) * 100 : undefined;
          return {
            key: disk.mount,
            cells: [
              disk.mount,
              disk.filesystem,
              format.bytesOf(disk.used, disk.total),
              <span key="share" className={styles.share}>
                <span>{format.percent(percent)}</span>
                <Meter resource="disk" percent={percent} muted={past} />
              </span>,
            ],
          };
        })}
        empty={text.noReadings}
      />
    </Panel>
  );
}

export function NetworkPanel({ network }: { readonly network: Sample['network'] }) {
  const { text, format } = useText();
  return (
    <Panel title={text.interfaces} flush>
      <SmallTable
        name={text.interfaces}
        columns={[
          { name: text.interface, grow: true },
          { name: text.received, figure: true },
          { name: text.sent, figure: true },
        ]}
        rows={(network ?? []).map((entry) => ({
          key: entry.interface,
          cells: [entry.interface, format.rate(entry.rx_bytes_per_sec), format.rate(entry.tx_bytes_per_sec)],
        }))}
        empty={text.noReadings}
      />
    </Panel>
  );
}

export function IoPanel({ io }: { readonly io: Sample['disk_io'] }) {
  const { text, format } = useText();
  return (
    <Panel title={text.ioDevices} flush>
      <SmallTable
        name={text.ioDevices}
        columns={[
          { name: text.device, grow: true },
          { name: text.reading, figure: true },
          { name: text.writing, figure: true },
        ]}
        rows={(io ?? []).map((entry) => ({
          key: entry.device,
          cells: [
            entry.device,
            format.rate(entry.read_bytes_per_sec),
            format.rate(entry.write_bytes_per_sec),
          ],
        }))}
        empty={text.noReadings}
      />
    </Panel>
  );
}
