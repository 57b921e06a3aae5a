/**
 * Results as CSV (RFC 4180) for people with a spreadsheet: UTF-8 with a mark, or they read Chinese as something else.
 * What hosts wrote is text to them and never a formula (S-20).
 */
import type { CommandSummary } from '@ops/protocol/http/commands.ts';

import type { ExportedHost } from './exported-hosts.ts';

const MARK = '\uFEFF';
const LINE_END = '\r\n';

/** A spreadsheet takes text that begins like this for a formula; the last four are what East Asian keyboards write. */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

type Cell = string | number | boolean | null;

const COLUMNS: readonly (readonly [name: string, cell: (host: ExportedHost) => Cell])[] = [
  ['hostname', ({ summary }) => summary.hostname],
  ['client_id', ({ summary }) => summary.client_id],
  ['command_id', ({ summary }) => summary.id],
  ['state', ({ summary }) => summary.state],
  ['exit_code', ({ summary }) => summary.exit_code],
  ['signal', ({ summary }) => summary.signal],
  ['error', ({ summary }) => summary.error],
  ['late', ({ summary }) => summary.late],
  ['created_at', ({ summary }) => timeOf(summary.created_at_ms)],
  ['executed_at', ({ summary }) => timeOf(summary.executed_at_ms)],
  ['finished_at', ({ summary }) => timeOf(summary.finished_at_ms)],
  ['duration_ms', ({ summary }) => summary.duration_ms],
  ['stdout_bytes', ({ summary }) => summary.stdout_bytes],
  ['stderr_bytes', ({ summary }) => summary.stderr_bytes],
  ['stdout', ({ stdout }) => stdout],
  ['stderr', ({ stderr }) => stderr],
  ['output_cut', ({ cut, summary }) => cut || summary.output_truncated],
];

export async function* csvPieces(
  pages: AsyncIterable<readonly ExportedHost[]>,
): AsyncGenerator<string, void> {
  yield MARK + COLUMNS.map(([name]) => name).join(',') + LINE_END;
  for await (const hosts of pages) {
    yield hosts.map((host) => COLUMNS.map(([, cell]) => csvCell(cell(host))).join(',') + LINE_END).join('');
  }
}

export function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const text = cell.replaceAll('\0', '\uFFFD');
  return `"${FORMULA.test(text) ? "'" : ''}${text.replaceAll('"', '""')}"`;
}

function timeOf(ms: CommandSummary['finished_at_ms']): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
