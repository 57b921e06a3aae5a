/** `rollouts`: newest first. */
import { listRollouts, MAX_ROLLOUTS_PAGE } from '@ops/protocol/http/rollouts.ts';
import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';

import type { Command } from '../command.ts';
import { EXIT } from '../exit-status.ts';
import { table, utcTime } from '../printable.ts';
import { changeText, rolloutStep } from '../rollout-words.ts';

const DEFAULT_ROWS = 20;

function row(rollout: RolloutSummary): readonly string[] {
  const { done, targets } = rolloutStep(rollout, true);
  return [
    utcTime(rollout.created_at_ms),
    rollout.id,
    changeText(rollout),
    rollout.state,
    `${Math.min(rollout.wave + 1, rollout.waves.length)}/${rollout.waves.length}`,
    `${done}/${targets}`,
    rollout.created_by,
  ];
}

export const rollouts: Command = {
  name: 'rollouts',
  summary: { zh: '分批发布，新的在前', en: 'rollouts, newest first' },
  operands: '[APP]',
  count: [0, 1],
  options: [
    {
      name: 'limit',
      short: 'n',
      value: 'N',
      meaning: { zh: `行数，默认 ${DEFAULT_ROWS}`, en: `rows, ${DEFAULT_ROWS} when not given` },
    },
  ],
  async run({ terminal, server, given }) {
    const [app] = given.operands;
    const page = await server.call(listRollouts, {
      query: {
        limit: given.number('limit', { min: 1, max: MAX_ROLLOUTS_PAGE }) ?? DEFAULT_ROWS,
        ...(app !== undefined && { app_name: app }),
      },
    });
    const head = ['TIME (UTC)', 'ID', 'CHANGE', 'STATE', 'WAVE', 'HOSTS', 'BY'];
    terminal.out(given.flag('json') ? `${JSON.stringify(page)}\n` : table(head, page.rollouts.map(row)));
    return EXIT.good;
  },
};
