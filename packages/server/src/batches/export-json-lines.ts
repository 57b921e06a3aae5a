/** Results for programs: one JSON object a line, a host each. */
import type { ExportedHost } from './exported-hosts.ts';

export async function* jsonLines(
  pages: AsyncIterable<readonly ExportedHost[]>,
): AsyncGenerator<string, void> {
  for await (const hosts of pages) {
    yield hosts
      .map(({ summary, stdout, stderr, cut }) => {
        const { id: command_id, ...rest } = summary;
        return `${JSON.stringify({ command_id, ...rest, stdout, stderr, output_cut: cut || summary.output_truncated })}\n`;
      })
      .join('');
  }
}
