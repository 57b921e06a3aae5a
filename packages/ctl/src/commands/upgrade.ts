/** `upgrade`: brings hosts to the release of ops-client that lies on the server, a few of them first. */
import { MAX_UPGRADE_CONCURRENCY, MAX_UPGRADE_SECS } from '@ops/protocol/domain/upgrade.ts';
import { MAX_TARGETS } from '@ops/protocol/http/batches.ts';
import type { BodyOf } from '@ops/protocol/http/endpoint.ts';
import { createUpgrade, getClientRelease, MAX_CANARY, previewUpgrade } from '@ops/protocol/http/upgrades.ts';
import type { UpgradePreview } from '@ops/protocol/http/upgrades.ts';

import { ALL_OPTION, SELECTOR_OPTION, YES_OPTION } from '../command.ts';
import type { Command, Given, Surroundings } from '../command.ts';
import { usageFault } from '../command-line.ts';
import { mayBegin } from '../confirm.ts';
import { Ending, EXIT } from '../exit-status.ts';
import type { ExitStatus } from '../exit-status.ts';
import { upgradeCourses } from '../follow-upgrade.ts';
import { onOneLine } from '../printable.ts';
import { callOnce } from '../server/call-once.ts';
import type { Server } from '../server/server.ts';
import { hostIds, selectionOf } from '../target-hosts.ts';
import { say } from '../terminal.ts';
import { previewText } from '../upgrade-words.ts';

const HOUR_SECS = 3600;

/** @throws Ending with status 2 */
async function canaryOf(
  server: Server,
  given: Given,
): Promise<Pick<BodyOf<typeof previewUpgrade>, 'canary' | 'canary_ids'>> {
  const words = given.texts('canary');
  const [first] = words;
  if (first === undefined) return {};
  if (!/^\d+$/.test(first)) return { canary_ids: [...(await hostIds(server, words))] };
  const count = Number(first);
  if (words.length > 1 || count < 1 || count > MAX_CANARY)
    throw usageFault(`--canary is a number from 1 to ${MAX_CANARY}, or a host; again for several hosts`);
  return { canary: count };
}

/** How it goes. @throws Ending with status 2 */
function conditionsOf(
  given: Given,
): Pick<BodyOf<typeof createUpgrade>, 'concurrency' | 'max_failures' | 'expires_in_secs'> {
  const concurrency = given.number('concurrency', { min: 1, max: MAX_UPGRADE_CONCURRENCY });
  const failures = given.number('max-failures', { min: 0, max: MAX_TARGETS });
  const hours = given.number('hours', { min: 1, max: MAX_UPGRADE_SECS / HOUR_SECS });
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(failures !== undefined && { max_failures: failures }),
    ...(hours !== undefined && { expires_in_secs: hours * HOUR_SECS }),
  };
}

/** Nothing would be upgraded: good where all hosts run it, refused where it is their own configuration. */
function withoutTargets({ terminal }: Surroundings, { hosts }: UpgradePreview): ExitStatus {
  terminal.err(say(terminal, { zh: '没有要升级的主机\n', en: 'Nothing is to be done\n' }));
  const reasons = new Set(hosts.map(({ reason }) => reason));
  if (reasons.size === 1 && reasons.has('up_to_date')) return EXIT.good;
  return reasons.has('off') || reasons.has('key_not_trusted') ? EXIT.refused : EXIT.failed;
}

export const upgrade: Command = {
  name: 'upgrade',
  summary: {
    zh: '将主机的 ops-client 升级到服务端上的发布包（需以管理员登录）',
    en: 'bring hosts to the release of ops-client on the server (signed in as an administrator)',
  },
  operands: '[HOST…]',
  count: [0, 10_000],
  options: [
    SELECTOR_OPTION,
    ALL_OPTION,
    {
      name: 'canary',
      value: 'N|HOST',
      many: true,
      meaning: {
        zh: '先升级的主机数（默认 1），或指定主机；可多次给出',
        en: 'how many hosts go first, 1 when not given, or which; again for several',
      },
    },
    {
      name: 'concurrency',
      value: 'N',
      meaning: { zh: '同时升级的主机数，默认 10', en: 'hosts at once, 10 when not given' },
    },
    {
      name: 'max-failures',
      value: 'N',
      meaning: {
        zh: '金丝雀之后允许失败的主机数，默认 0',
        en: 'hosts that may fail after the canary, 0 when not given',
      },
    },
    {
      name: 'hours',
      value: 'N',
      meaning: {
        zh: '等待离线主机的小时数，默认 24',
        en: 'how long hosts that are offline are awaited, 24 when not given',
      },
    },
    YES_OPTION,
  ],
  async run(surroundings) {
    const { terminal, server, given } = surroundings;
    const conditions = conditionsOf(given);
    const selection = await selectionOf(server, {
      selector: given.text('selector'),
      names: given.operands,
      all: given.flag('all'),
      ways: '-l SELECTOR, --all, or HOST…',
    });
    const order = { ...selection, ...(await canaryOf(server, given)) };
    const shelf = await server.call(getClientRelease);
    if (shelf.problem) throw new Ending(EXIT.failed, onOneLine(shelf.problem.message));
    const preview = await server.call(previewUpgrade, { body: order });
    if (preview.unknown_ids.length > 0)
      throw new Ending(EXIT.failed, `no host has the id ${preview.unknown_ids.join(', ')}`);
    terminal.err(previewText(preview, terminal.language));
    if (preview.targets === 0) return withoutTargets(surroundings, preview);
    if (!(await mayBegin(surroundings, 'an upgrade'))) return EXIT.failed;
    // Of the release that was shown, and of no other.
    const body = { ...order, ...conditions, released_at: preview.release.released_at };
    const made = await callOnce(server, createUpgrade, { body });
    return upgradeCourses.follow(surroundings, made.upgrade_id);
  },
};
