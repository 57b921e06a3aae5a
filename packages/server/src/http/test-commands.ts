/** Commands in memory, for tests of the HTTP side: made when asked for, changed when the test says so. */
import { isFinal } from '@ops/protocol/domain/command.ts';
import type { OutputStream } from '@ops/protocol/domain/command.ts';
import { OpsError } from '@ops/protocol/errors.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';

import type { Actor, Commands, CreateRequest, KeptOutput } from '../commands/commands.ts';
import { createStandInFeeds, exampleCommand } from '../events/test-feeds.ts';
import type { StandInFeeds } from '../events/test-feeds.ts';

export interface StandInCommands extends Commands {
  readonly feeds: StandInFeeds;
  /** Every `create`, in order. */
  readonly asked: { readonly request: CreateRequest; readonly by: Actor }[];
  put(summary: CommandSummary, output?: Partial<Record<OutputStream, Buffer>>, gap?: KeptOutput['gap']): void;
}

export function createStandInCommands(): StandInCommands {
  const summaries = new Map<string, CommandSummary>();
  const outputs = new Map<string, Partial<Record<OutputStream, Buffer>>>();
  const gaps = new Map<string, KeptOutput['gap']>();
  const keys = new Map<string, { readonly sha256: string; readonly ids: readonly string[] }>();
  const feeds = createStandInFeeds();
  const commands: StandInCommands = {
    feeds,
    asked: [],
    put(summary, output = {}, gap = null) {
      summaries.set(summary.id, summary);
      outputs.set(summary.id, output);
      gaps.set(summary.id, gap);
    },
    async repeated(key, by) {
      const known = keys.get(`${by.actor} ${key.key}`);
      if (known && known.sha256 !== key.bodySha256) throw new OpsError('idempotency_key_reused');
      return known && { commandIds: known.ids, batchId: null };
    },
    async create(request, by) {
      commands.asked.push({ request, by });
      const ids = request.targets.map(({ clientId, hostname }) => {
        const { work } = request;
        const command = work.kind === 'command' ? work.command : work.appName;
        const summary = exampleCommand(summaries.size + 1, { client_id: clientId, hostname, command });
        commands.put(summary);
        return summary.id;
      });
      request.alongside?.(ids);
      const { idempotency: key } = request;
      if (key) keys.set(`${by.actor} ${key.key}`, { sha256: key.bodySha256, ids });
      return { commandIds: ids, batchId: null, repeated: false };
    },
    async release() {},
    async cancel(ids) {
      return ids.map((id) => {
        const summary = summaries.get(id);
        if (!summary) return 'unknown';
        if (isFinal(summary.state)) return 'over';
        return summary.state === 'Pending' ? 'cancelled' : 'requested';
      });
    },
    summary: async (id) => summaries.get(id),
    async list({ clientId }, { limit }) {
      const all = [...summaries.values()].filter(
        (one) => clientId === undefined || one.client_id === clientId,
      );
      return { commands: all.toReversed().slice(0, limit), nextCursor: null };
    },
    async output(id, stream, offset, limit) {
      const all = outputs.get(id)?.[stream] ?? Buffer.alloc(0);
      if (!summaries.has(id)) return undefined;
      return {
        bytes: all.subarray(offset, offset + limit),
        keptBytes: all.length,
        gap: stream === 'stdout' ? gaps.get(id)! : null,
      };
    },
    ...feeds.commands,
    stats: () => ({
      pending: 0,
      executing: 0,
      finished: { Completed: 0, Timeout: 0, Failed: 0, Cancelled: 0 },
      unstoredBytes: 0,
      dropped: {},
    }),
  };
  return commands;
}
