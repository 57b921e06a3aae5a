/** `history`: commands, newest first. */
import { COMMAND_STATES } from '@ops/protocol/domain/command.ts';
import { listCommands, MAX_COMMANDS_PAGE } from '@ops/protocol/http/commands.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';

import type { Command } from '../command.ts';
import { usageFault } from '../command-line.ts';
import { EXIT } from '../exit-status.ts';
import { table, utcTime } from '../printable.ts';
import { oneHost } from '../target-hosts.ts';

const STATES = [...COMMAND_STATES, 'active'] as const;
const DEFAULT_ROWS = 20;

const row = (command: CommandSummary): readonly string[] => [
  utcTime(command.created_at_ms),
  command.id,
  command.hostname,
  command.state,
  command.exit_code === null ? '-' : String(command.exit_code),
  command.created_by,
  command.command,
];

export const history: Command = {
  name: 'history',
  summary: { zh: '命令历史，新的在前', en: 'commands that were run, newest first' },
  count: [0, 0],
  options: [
    {
      name: 'limit',
      short: 'n',
      value: 'N',
      meaning: { zh: `行数，默认 ${DEFAULT_ROWS}`, en: `rows, ${DEFAULT_ROWS} when not given` },
    },
    {
      name: 'host',
      value: 'HOST',
      meaning: { zh: '一台主机：ID 或主机名', en: 'of one host, by id or name' },
    },
    { name: 'batch', value: 'ID', meaning: { zh: '一个批量任务', en: 'of one batch' } },
    {
      name: 'status',
      value: 'STATUS',
      choices: STATES,
      meaning: { zh: `${STATES.join('、')} 之一`, en: `one of ${STATES.join(', ')}` },
    },
    {
      name: 'search',
      value: 'TEXT',
      meaning: { zh: '命令或主机名的一部分', en: 'part of the command or the host name' },
    },
  ],
  async run({ terminal, server, given }) {
    const asked = given.text('status');
    const status = STATES.find((known) => known === asked);
    if (asked !== undefined && status === undefined)
      throw usageFault(`--status is one of ${STATES.join(', ')}`);
    const [host, search, batch] = [given.text('host'), given.text('search'), given.text('batch')];
    const page = await server.call(listCommands, {
      query: {
        limit: given.number('limit', { min: 1, max: MAX_COMMANDS_PAGE }) ?? DEFAULT_ROWS,
        ...(status !== undefined && { status }),
        ...(search !== undefined && { search }),
        ...(batch !== undefined && { batch_id: batch }),
        ...(host !== undefined && { client_id: await oneHost(server, host) }),
      },
    });
    if (given.flag('json')) terminal.out(`${JSON.stringify(page)}\n`);
    else
      terminal.out(
        table(['TIME (UTC)', 'ID', 'HOST', 'STATE', 'EXIT', 'BY', 'COMMAND'], page.commands.map(row)),
      );
    return EXIT.good;
  },
};
