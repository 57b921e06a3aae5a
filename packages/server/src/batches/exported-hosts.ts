/** Hosts of a batch with their results, read page by page while they are written out. */
import type { OutputStream } from '@ops/protocol/domain/command.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { sleep, type Clock } from '@ops/runtime/clock.ts';

import type { Commands } from '../commands/commands.ts';
import type { BatchStore } from './batch-store.ts';
import { beginningOf } from './groups.ts';

/** Of each stream. A cell of a spreadsheet takes 32,767 characters; the whole of a stream is its download. */
export const MAX_EXPORTED_OUTPUT = 32_000;
/** Hosts read at once, after which others have their turn. */
export const HOSTS_AT_ONCE = 50;

export interface ExportedHost {
  readonly summary: CommandSummary;
  /** Their beginnings. */
  readonly stdout: string;
  readonly stderr: string;
  /** The command wrote more than this. */
  readonly cut: boolean;
}

export async function* exportedHosts(
  needs: {
    readonly store: Pick<BatchStore, 'summaries'>;
    readonly commands: Pick<Commands, 'output'>;
    readonly clock: Clock;
  },
  ids: readonly string[],
): AsyncGenerator<readonly ExportedHost[], void> {
  const { store, commands, clock } = needs;

  async function beginning(id: string, stream: OutputStream, bytes: number): Promise<string> {
    if (bytes === 0) return '';
    const kept = await commands.output(id, stream, 0, MAX_EXPORTED_OUTPUT);
    return kept ? beginningOf(kept.bytes) : '';
  }

  for (let at = 0; at < ids.length; at += HOSTS_AT_ONCE) {
    const hosts: ExportedHost[] = [];
    for (const summary of await store.summaries(ids.slice(at, at + HOSTS_AT_ONCE))) {
      const { id, stdout_bytes: stdoutBytes, stderr_bytes: stderrBytes } = summary;
      const stdout = await beginning(id, 'stdout', stdoutBytes);
      const stderr = await beginning(id, 'stderr', stderrBytes);
      const cut = stdoutBytes > MAX_EXPORTED_OUTPUT || stderrBytes > MAX_EXPORTED_OUTPUT;
      hosts.push({ summary, stdout, stderr, cut });
    }
    yield hosts;
    if (at + HOSTS_AT_ONCE < ids.length) await sleep(clock, 0);
  }
}
