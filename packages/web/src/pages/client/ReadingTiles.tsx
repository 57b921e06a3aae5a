import type { ClientView, MinuteSample } from '@ops/protocol/http/clients.ts';

import { NONE } from '../../text/format.ts';
import { useText } from '../../text/use-text.ts';
import { ReadingTile } from './ReadingTile.tsx';
import { lineOf, memoryShare, sumOf } from './history.ts';
import { useHistory } from './use-client.ts';
import styles from './ClientPage.module.css';

/** Below these the rates of an hour are drawn low, not as mountains. Bytes a second. */
const LEAST_RATE = 16 * 1024;

const READ = {
  cpu: (sample: MinuteSample) => sample.cpu_usage,
  rx: (sample: MinuteSample) => sample.rx_bytes_per_sec,
  tx: (sample: MinuteSample) => sample.tx_bytes_per_sec,
  read: (sample: MinuteSample) => sample.read_bytes_per_sec,
  write: (sample: MinuteSample) => sample.write_bytes_per_sec,
};

/** What the host does now, above what it did in the last hour. */
export function ReadingTiles({ id, client }: { readonly id: string; readonly client: ClientView }) {
  const { text, format } = useText();
  const info = client.system_info;
  const history = useHistory(id, client);
  const samples = history?.samples ?? [];
  const memory =
    info.used_memory === undefined || !info.total_memory
      ? undefined
      : (info.used_memory / info.total_memory) * 100;
  const load = info.load_average?.map((value) => format.load(value)).join('  ') ?? NONE;
  const swap =
    info.total_swap === undefined
      ? NONE
      : info.total_swap === 0
        ? text.noSwap
        : format.bytesOf(info.used_swap, info.total_swap);
  return (
    <div className={styles.tiles}>
      <ReadingTile
        name={text.cpu}
        value={format.percent(info.cpu_usage)}
        detail={`${text.load} ${load}`}
        history={history}
        lines={[{ name: text.cpu, points: lineOf(samples, READ.cpu) }]}
        ceiling={100}
        words={format.percent}
      />
      <ReadingTile
        name={text.memory}
        value={format.percent(memory)}
        detail={`${format.bytesOf(info.used_memory, info.total_memory)} · ${text.swap} ${swap}`}
        history={history}
        lines={[{ name: text.memory, points: lineOf(samples, memoryShare) }]}
        ceiling={100}
        words={format.percent}
      />
      <ReadingTile
        name={text.network}
        value={`↓ ${format.rate(sumOf((info.network ?? []).map((entry) => entry.rx_bytes_per_sec)))}`}
        detail={`↑ ${format.rate(sumOf((info.network ?? []).map((entry) => entry.tx_bytes_per_sec)))}`}
        history={history}
        lines={[
          { name: text.received, points: lineOf(samples, READ.rx) },
          { name: text.sent, points: lineOf(samples, READ.tx) },
        ]}
        least={LEAST_RATE}
        words={format.rate}
      />
      <ReadingTile
        name={text.diskIo}
        value={`${text.readShort} ${format.rate(sumOf((info.disk_io ?? []).map((entry) => entry.read_bytes_per_sec)))}`}
        detail={`${text.writeShort} ${format.rate(sumOf((info.disk_io ?? []).map((entry) => entry.write_bytes_per_sec)))}`}
        history={history}
        lines={[
          { name: text.reading, points: lineOf(samples, READ.read) },
          { name: text.writing, points: lineOf(samples, READ.write) },
        ]}
        least={LEAST_RATE}
        words={format.rate}
      />
    </div>
  );
}
