/**
 * What is read of commands. Rows tell what is on disk, memory what was announced; where both know a command, memory is
 * shown, so that no read goes ahead of the announcement and a later one back behind it.
 */
import { isFinal } from '@ops/protocol/domain/command.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { KEPT_HEAD_BYTES, type OutputStream } from '@ops/protocol/domain/command.ts';

import type { CommandStore } from './command-store.ts';
import type { CommandFilter, Commands, KeptOutput } from './commands.ts';
import type { History } from './history.ts';
import type { LiveIndex } from './live-index.ts';

export function createReading(needs: {
  readonly store: CommandStore;
  readonly index: LiveIndex;
  readonly history: History;
}): Pick<Commands, 'summary' | 'list' | 'output'> {
  const { store, index, history } = needs;

  async function summary(id: string): Promise<CommandSummary | undefined> {
    const live = index.get(id);
    if (live) return live.summary;
    return (await store.find(id))?.summary;
  }

  /** A row was read a moment ago: what is shown of it now. */
  async function newest(row: CommandSummary): Promise<CommandSummary | undefined> {
    const live = index.get(row.id);
    if (live) return live.summary;
    // It ended while the row was on its way.
    return isFinal(row.state) ? row : ((await store.find(row.id))?.summary ?? row);
  }

  async function running(id: string, stream: OutputStream, offset: number, limit: number) {
    const live = index.get(id);
    if (!live) return undefined;
    // What is in memory now is taken first: everything before it is on disk already.
    const start = live.output.startOf(stream);
    const keptBytes = live.output.keptOf(stream);
    const inMemory = live.output.inMemory(stream);
    const end = Math.min(offset + limit, keptBytes);
    const stored = offset < start ? await store.output(id, stream, offset, Math.min(end, start)) : undefined;
    const rest = end > start ? inMemory.subarray(Math.max(0, offset - start), end - start) : Buffer.alloc(0);
    return { bytes: stored ? Buffer.concat([stored, rest]) : rest, keptBytes, gap: null };
  }

  return {
    summary,

    list: (filter, page) =>
      history.list(filter, page, async (row) => {
        const shown = await newest(row);
        return shown && passes(shown, filter.state) ? shown : undefined;
      }),

    async output(id, stream, offset, limit): Promise<KeptOutput | undefined> {
      const live = await running(id, stream, offset, limit);
      if (live) return live;
      const command = await store.find(id);
      if (!command) return undefined;
      const { summary: shown, output } = command;
      const keptBytes = stream === 'stdout' ? output.stdoutKept : output.stderrKept;
      const written = stream === 'stdout' ? shown.stdout_bytes : shown.stderr_bytes;
      const bytes =
        offset < keptBytes
          ? await store.output(id, stream, offset, Math.min(offset + limit, keptBytes))
          : Buffer.alloc(0);
      const left = isFinal(shown.state) ? written - keptBytes : 0;
      const gap = left > 0 ? { at: Math.min(KEPT_HEAD_BYTES, keptBytes), bytes: left } : null;
      return { bytes, keptBytes, gap };
    },
  };
}

const passes = ({ state }: CommandSummary, wanted: CommandFilter['state']): boolean =>
  wanted === undefined || (wanted === 'active' ? !isFinal(state) : wanted === state);
