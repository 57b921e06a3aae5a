/** Which charts there are, and what each reads of an average. */
import type { ClientView } from '@ops/protocol/http/clients.ts';

import type { Format } from '../../../text/format.ts';
import type { HostText } from '../../../text/use-host-text.ts';
import type { Averages, Row } from './rows.ts';
import type { Unit } from './scale.ts';
import { fullest, shareOf } from './sums.ts';

export interface Line {
  readonly name: (text: HostText) => string;
  /** @param of the averages or peaks that are read; what never peaks is taken from the averages */
  readonly read: (of: Averages, averages: Averages) => number | undefined;
}

export interface ChartKind {
  readonly id: string;
  readonly title: (text: HostText) => string;
  readonly unit: Unit;
  /** One or two. */
  readonly lines: readonly Line[];
  /** More about now, below the figures; empty when there is nothing more. */
  readonly detail: (client: ClientView, text: HostText, format: Format) => string;
}

function memoryWords({ system_info: info }: ClientView, text: HostText, format: Format): string {
  const swap = info.total_swap === 0 ? text.noSwap : format.bytesOf(info.used_swap, info.total_swap);
  return [
    info.total_memory === undefined ? undefined : format.bytesOf(info.used_memory, info.total_memory),
    info.total_swap === undefined ? undefined : `${text.swap} ${swap}`,
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

function diskWords({ system_info: info }: ClientView, _text: HostText, format: Format): string {
  const disk = fullest(info.disks);
  return disk === undefined ? '' : `${disk.mount} · ${format.bytesOf(disk.used, disk.total)}`;
}

function coreWords({ system_info: info }: ClientView, text: HostText, format: Format): string {
  const cores = info.cpu_core_usage ?? [];
  return [
    info.cpu_cores === undefined ? undefined : text.cores(info.cpu_cores),
    cores.length === 0 ? undefined : text.busiest(format.percent(Math.max(...cores))),
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

export const CHART_KINDS: readonly ChartKind[] = [
  {
    id: 'cpu',
    title: (text) => text.cpu,
    unit: 'percent',
    lines: [{ name: (text) => text.cpu, read: ({ cpu_usage }) => cpu_usage }],
    detail: coreWords,
  },
  {
    id: 'memory',
    title: (text) => text.memory,
    unit: 'percent',
    lines: [
      {
        name: (text) => text.memory,
        read: ({ used_memory }, { total_memory }) => shareOf(used_memory, total_memory),
      },
    ],
    detail: memoryWords,
  },
  {
    id: 'load',
    title: (text) => text.loadAverage,
    unit: 'load',
    lines: [{ name: (text) => text.load, read: ({ load1 }) => load1 }],
    detail: ({ system_info: { load_average: loads } }, _text, format) =>
      (loads ?? []).map((each) => format.load(each)).join(' · '),
  },
  {
    id: 'disk',
    title: (text) => text.fullestDisk,
    unit: 'percent',
    lines: [
      { name: (text) => text.disk, read: ({ disk_used }, { disk_total }) => shareOf(disk_used, disk_total) },
    ],
    detail: diskWords,
  },
  {
    id: 'network',
    title: (text) => text.network,
    unit: 'rate',
    lines: [
      { name: (text) => text.received, read: ({ rx_bytes_per_sec }) => rx_bytes_per_sec },
      { name: (text) => text.sent, read: ({ tx_bytes_per_sec }) => tx_bytes_per_sec },
    ],
    detail: () => '',
  },
  {
    id: 'io',
    title: (text) => text.diskIo,
    unit: 'rate',
    lines: [
      { name: (text) => text.reading, read: ({ read_bytes_per_sec }) => read_bytes_per_sec },
      { name: (text) => text.writing, read: ({ write_bytes_per_sec }) => write_bytes_per_sec },
    ],
    detail: () => '',
  },
];

export function valueOf(line: Line, row: Row | undefined): number | undefined {
  return row && line.read(row.values, row.values);
}

export function peakOf(line: Line, row: Row | undefined): number | undefined {
  return row?.peaks && line.read(row.peaks, row.values);
}

/** Values of a unit in the reader's language. */
export function wordsOf(unit: Unit, format: Format): (value: number | undefined) => string {
  return { percent: format.percent, load: format.load, rate: format.rate }[unit];
}
