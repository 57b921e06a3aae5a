/** `upgrades`: those there were, newest first; shows one, and gives it orders. */
import { listUpgrades, MAX_UPGRADES_PAGE } from '@ops/protocol/http/upgrades.ts';

import type { Command, Surroundings } from '../command.ts';
import { usageFault } from '../command-line.ts';
import { EXIT } from '../exit-status.ts';
import type { ExitStatus } from '../exit-status.ts';
import { upgradeCourses } from '../follow-upgrade.ts';
import { table } from '../printable.ts';
import { upgradeRow } from '../upgrade-words.ts';
import { checkOptions, runVerb, verbSyntax } from '../verb.ts';

const DEFAULT_ROWS = 20;
const VERBS = upgradeCourses.verbs;

async function list(surroundings: Surroundings): Promise<ExitStatus> {
  const { terminal, server, given } = surroundings;
  checkOptions(upgrades, ['limit'], surroundings);
  const limit = given.number('limit', { min: 1, max: MAX_UPGRADES_PAGE }) ?? DEFAULT_ROWS;
  const page = await server.call(listUpgrades, { query: { limit } });
  const head = ['TIME (UTC)', 'ID', 'RELEASE', 'STATE', 'HOSTS', 'BY'];
  terminal.out(given.flag('json') ? `${JSON.stringify(page)}\n` : table(head, page.upgrades.map(upgradeRow)));
  return EXIT.good;
}

export const upgrades: Command = {
  name: 'upgrades',
  summary: {
    zh: '客户端升级，新的在前；查看、暂停、继续、停止一次升级',
    en: 'upgrades of clients, newest first; show, pause, resume or stop one',
  },
  operands: `| ${verbSyntax(VERBS)}`,
  count: [0, 2],
  words: Object.keys(VERBS),
  options: [
    {
      name: 'limit',
      short: 'n',
      value: 'N',
      meaning: { zh: `行数，默认 ${DEFAULT_ROWS}`, en: `rows, ${DEFAULT_ROWS} when not given` },
    },
    {
      name: 'follow',
      short: 'f',
      meaning: { zh: 'show、resume、stop：等到结束', en: 'show, resume, stop: until it is over' },
    },
  ],
  async run(surroundings) {
    const [name] = surroundings.given.operands;
    if (name === undefined) return list(surroundings);
    const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
    if (verb === undefined) throw usageFault(`upgrades takes ${Object.keys(VERBS).join(', ')}`);
    return runVerb(upgrades, [name, verb], surroundings);
  },
};
