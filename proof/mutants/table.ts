/** The twelve planted bugs. A test holds that each can still be planted. */
import type { Mutant } from './mutant.ts';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'early-answer',
    bug: 'HTTP answer before commit',
    edits: [
      {
        file: 'packages/server/src/commands/command-service.ts',
        find: '      await store.insert({',
        replace: '      void store.insert({',
      },
    ],
    caughtBy: 'P1',
  },
  {
    name: 'early-ack',
    bug: 'result_ack before commit',
    edits: [
      {
        file: 'packages/server/src/commands/gather.ts',
        find: `      await write(group.map(({ item }) => item));
      for (const { resolve } of group) resolve();`,
        replace: `      for (const { resolve } of group) resolve();
      await write(group.map(({ item }) => item));`,
      },
    ],
    caughtBy: 'P1',
  },
  {
    name: 'late-journal',
    bug: 'journal after spawn',
    edits: [
      {
        file: 'packages/client/src/commands/run-order.ts',
        find: 'hindrance() ?? (await journalled(startedAtMs)) ?? hindrance();',
        replace: 'hindrance();',
      },
      {
        file: 'packages/client/src/commands/run-order.ts',
        find: `    commandLog.note(commandId, order.text, 'started');`,
        replace: `    await journalled(startedAtMs);
    commandLog.note(commandId, order.text, 'started');`,
      },
    ],
    caughtBy: 'P2e',
  },
  {
    name: 'no-flush',
    bug: 'no fsync of the journal',
    edits: [
      {
        file: 'packages/client/src/journal/journal-writer.ts',
        find: `        if (batch.some(({ sync }) => sync)) await file.sync();
`,
        replace: '',
      },
    ],
    caughtBy: 'P2e',
  },
  {
    name: 'no-dedupe',
    bug: 'no de-duplication',
    edits: [
      {
        file: 'packages/client/src/commands/intake.ts',
        find: `    if (runs.has(commandId)) return;
    const known = journal.known(commandId);`,
        replace: '    const known = undefined;',
      },
    ],
    caughtBy: 'P2d',
  },
  {
    name: 'resend-anyway',
    bug: 'resend after epoch change',
    edits: [
      {
        file: 'packages/server/src/commands/reconcile.ts',
        find: 'if (command.acknowledged || command.epoch !== report.epoch || !report.historyFits)',
        replace: 'if (command.acknowledged)',
      },
    ],
    caughtBy: 'P2b',
  },
  {
    name: 'by-position',
    bug: 'results matched by position instead of id',
    edits: [
      {
        file: 'packages/server/src/commands/inbox.ts',
        find: `      const live = sentTo(clientId, message.command_id);
      if (!live) return lateResult(clientId, message);`,
        replace: `      const first = [...index.of(clientId)].find((each) => each.carried);
      const live = first ?? sentTo(clientId, message.command_id);
      if (!live) return lateResult(clientId, message);`,
      },
    ],
    caughtBy: 'P3',
  },
  {
    name: 'wall-clock',
    bug: 'time-outs on wall clock',
    edits: [
      {
        file: 'packages/client/src/commands/order.ts',
        find: '(serverClock.latest() ?? message.sent_at)',
        replace: 'clock.wall()',
      },
    ],
    caughtBy: 'P10',
  },
  {
    name: 'no-jitter',
    bug: 'back-off without jitter',
    edits: [
      {
        file: 'packages/runtime/src/backoff.ts',
        find: 'return random.unit() * ceiling;',
        replace: 'return random.unit() < 2 ? ceiling : 0;',
      },
    ],
    caughtBy: 'P11b',
  },
  {
    name: 'unbounded-queue',
    bug: 'unbounded send queue',
    edits: [
      {
        file: 'packages/server/src/gateway/send-queue.ts',
        find: 'if (frames >= MAX_QUEUED_FRAMES || outlet.writableLength + frame.length > MAX_QUEUED_BYTES) return 0;',
        replace: 'if (frames > MAX_QUEUED_FRAMES * MAX_QUEUED_BYTES) return 0;',
      },
    ],
    caughtBy: 'P8',
  },
  {
    name: 'child-only',
    bug: 'kill only the child instead of the group',
    edits: [
      {
        file: 'packages/client/src/executor/stop.ts',
        find: `exec.signal(leader.pid, each, 'group');`,
        replace: `exec.signal(leader.pid, each, 'process');`,
      },
      {
        file: 'packages/client/src/executor/stop.ts',
        find: `      for (const { pid, startTime } of found) {
        if (table.startTime(pid) === startTime) exec.signal(pid, each, 'process');
      }
`,
        replace: '',
      },
    ],
    caughtBy: 'P16',
  },
  {
    name: 'flush-again',
    bug: 'retry after failed fsync',
    edits: [
      {
        file: 'packages/client/src/journal/journal-writer.ts',
        find: 'await file.sync();',
        replace: 'await file.sync().catch(() => file.sync());',
      },
    ],
    caughtBy: 'P9b',
  },
];
