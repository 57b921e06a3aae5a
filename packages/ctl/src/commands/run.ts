/** `run`: one command on one or many hosts: what will happen, how far it is, and the results, alike ones together. */
import { MAX_TIMEOUT_SECS } from '@ops/protocol/domain/command.ts';
import { createBatch, getBatch, MAX_TARGETS, previewBatch } from '@ops/protocol/http/batches.ts';
import { MAX_QUEUE_SECS } from '@ops/protocol/http/commands.ts';
import type { AnswerOf, BodyOf } from '@ops/protocol/http/endpoint.ts';

import { ALL_OPTION, RAW_OPTION, SELECTOR_OPTION, YES_OPTION } from '../command.ts';
import type { Command, Surroundings } from '../command.ts';
import { usageFault } from '../command-line.ts';
import { isConfirmed } from '../confirm.ts';
import { Ending, EXIT } from '../exit-status.ts';
import { followBatch } from '../follow-batch.ts';
import { onOneLine } from '../printable.ts';
import { callOnce } from '../server/call-once.ts';
import { showBatch, statusOf } from '../show-batch.ts';
import { selectionOf } from '../target-hosts.ts';
import { say } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

type Order = BodyOf<typeof previewBatch>;
type Preview = AnswerOf<typeof previewBatch>;

/** "uptime → 12 hosts: 10 will run, 1 offline, 1 refused by the host". */
function previewLine({ targets: count, counts, ran }: Preview, command: string, terminal: Terminal): string {
  const words = {
    will_run: { zh: '将执行', en: 'will run' },
    queued: { zh: '离线，将等待', en: 'offline, will wait' },
    offline: { zh: '离线，不执行', en: 'offline' },
    refused_by_host: { zh: '被主机策略拒绝', en: 'refused by the host' },
    readonly: { zh: '只读', en: 'readonly' },
    too_old: { zh: '客户端版本过旧', en: 'client too old' },
  } as const;
  const parts = Object.entries(words).flatMap(([verdict, text]) => {
    const number = new Map<string, number>(Object.entries(counts)).get(verdict) ?? 0;
    return number > 0 ? [`${number} ${say(terminal, text)}`] : [];
  });
  const hosts = say(terminal, { zh: `${count} 台主机`, en: count === 1 ? '1 host' : `${count} hosts` });
  return `${onOneLine(ran ?? command)} → ${hosts}: ${parts.join(', ')}`;
}

async function confirm({ terminal, given }: Surroundings, preview: Preview): Promise<boolean> {
  if (given.flag('yes') || (preview.targets < 2 && !given.flag('all'))) return true;
  if (!terminal.isInputTerminal) {
    if (given.flag('all')) throw usageFault('--all needs --yes where nobody can be asked');
    return true;
  }
  return isConfirmed(terminal, { zh: '执行？', en: 'Run it?' });
}

export const run: Command = {
  name: 'run',
  summary: { zh: '在主机上执行命令', en: 'run a command on hosts' },
  operands: '-- COMMAND…',
  count: [1, 64],
  options: [
    SELECTOR_OPTION,
    {
      name: 'host',
      value: 'HOST',
      many: true,
      meaning: {
        zh: '主机的 ID 或名称，可多次给出或以逗号分隔',
        en: 'a host by id or name; again, or with commas, for several',
      },
    },
    ALL_OPTION,
    {
      name: 'timeout',
      value: 'SECONDS',
      meaning: { zh: '每台主机上最长的时间，默认 30', en: 'longest time on a host, 30 when not given' },
    },
    {
      name: 'queue',
      value: 'SECONDS',
      meaning: { zh: '离线主机的命令保留的秒数', en: 'seconds to wait for hosts that are offline' },
    },
    { name: 'concurrency', value: 'N', meaning: { zh: '同时执行的主机数', en: 'hosts at once' } },
    {
      name: 'stop-after-failures',
      value: 'N',
      meaning: { zh: '失败达到该数即停止', en: 'stop after this many failures' },
    },
    YES_OPTION,
    RAW_OPTION,
  ],
  async run(surroundings) {
    const { terminal, server, given } = surroundings;
    const command = given.operands.join(' ');
    const timeout = given.number('timeout', { min: 1, max: MAX_TIMEOUT_SECS });
    const queue = given.number('queue', { min: 1, max: MAX_QUEUE_SECS });
    const concurrency = given.number('concurrency', { min: 1, max: MAX_TARGETS });
    const stopAfter = given.number('stop-after-failures', { min: 1, max: MAX_TARGETS });
    const order: Order = {
      ...(await selectionOf(server, {
        selector: given.text('selector'),
        names: given.texts('host').flatMap((text) => text.split(',').filter((name) => name !== '')),
        all: given.flag('all'),
        ways: '-l SELECTOR, --host HOST, or --all',
      })),
      command,
      ...(queue !== undefined && { queue_secs: queue }),
    };

    const preview = await server.call(previewBatch, { body: order });
    if (preview.refusal !== null) throw new Ending(EXIT.refused, onOneLine(preview.refusal.reason));
    if (preview.unknown_ids.length > 0)
      throw new Ending(EXIT.failed, `no host has the id ${preview.unknown_ids.join(', ')}`);
    if (preview.targets === 0)
      throw new Ending(EXIT.failed, say(terminal, { zh: '没有匹配的主机', en: 'no host matches' }));
    terminal.err(`${previewLine(preview, command, terminal)}\n`);
    if (!(await confirm(surroundings, preview))) return EXIT.failed;

    const made = await callOnce(server, createBatch, {
      body: {
        ...order,
        ...(timeout !== undefined && { timeout_secs: timeout }),
        ...(concurrency !== undefined && { concurrency }),
        ...(stopAfter !== undefined && { stop_after_failures: stopAfter }),
      },
    });
    const batch = await followBatch(terminal, server, made.batch_id);
    if (batch === undefined) return EXIT.interrupted;
    const view = await server.call(getBatch, { params: { id: made.batch_id } });
    if (given.flag('json')) terminal.out(`${JSON.stringify(view)}\n`);
    else await showBatch(terminal, server, view, { raw: given.flag('raw') });
    const isRefused = Object.entries(preview.counts).every(
      ([verdict, count]) => count === 0 || verdict === 'refused_by_host' || verdict === 'readonly',
    );
    return isRefused ? EXIT.refused : statusOf(view.batch);
  },
};
