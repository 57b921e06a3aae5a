/** What may be done with an application on one host. Each is a command: its output is shown as it comes. */
import { MAX_TIMEOUT_SECS } from '@ops/protocol/domain/command.ts';
import type { SERVICE_ACTIONS } from '@ops/protocol/domain/app.ts';
import { manageService, updateApp } from '@ops/protocol/http/apps.ts';
import { MAX_QUEUE_SECS } from '@ops/protocol/http/commands.ts';
import { listReleases, rollBackApp } from '@ops/protocol/http/releases.ts';

import type { Given } from '../command.ts';
import { isConfirmed } from '../confirm.ts';
import { Ending, EXIT } from '../exit-status.ts';
import { followCommand } from '../follow-command.ts';
import { onOneLine } from '../printable.ts';
import { callOnce } from '../server/call-once.ts';
import { oneHost } from '../target-hosts.ts';
import { say } from '../terminal.ts';
import type { Verb } from '../verb.ts';

const ACTION_OPTIONS = ['timeout', 'queue', 'raw'];

function limits(given: Given): { readonly timeout_secs?: number; readonly queue_secs?: number } {
  const timeout = given.number('timeout', { min: 1, max: MAX_TIMEOUT_SECS });
  const queue = given.number('queue', { min: 1, max: MAX_QUEUE_SECS });
  return {
    ...(timeout !== undefined && { timeout_secs: timeout }),
    ...(queue !== undefined && { queue_secs: queue }),
  };
}

function service(action: (typeof SERVICE_ACTIONS)[number]): Verb {
  return {
    operands: 'APP HOST',
    count: [2, 2],
    options: ACTION_OPTIONS,
    async run(surroundings, [app = '', host = '']) {
      const { server, given } = surroundings;
      const body = { client_id: await oneHost(server, host), app_name: app, action, ...limits(given) };
      const made = await callOnce(server, manageService, { body });
      return followCommand(surroundings, made.command_id);
    },
  };
}

const update: Verb = {
  operands: 'APP HOST VERSION',
  count: [3, 3],
  options: ACTION_OPTIONS,
  async run(surroundings, [app = '', host = '', version = '']) {
    const { server, given } = surroundings;
    const body = { client_id: await oneHost(server, host), app_name: app, version, ...limits(given) };
    const made = await callOnce(server, updateApp, { body });
    return followCommand(surroundings, made.command_id);
  },
};

const rollback: Verb = {
  operands: 'APP HOST',
  count: [2, 2],
  options: [...ACTION_OPTIONS, 'yes'],
  async run(surroundings, [app = '', host = '']) {
    const { terminal, server, given } = surroundings;
    const target = { client_id: await oneHost(server, host), app_name: app };
    const found = await server.call(listReleases, { query: { ...target, limit: 1 } });
    const version = found.rollback_version;
    if (version === null) {
      const nothing = { zh: '没有更早的版本可以回滚', en: 'there is no earlier version to go back to' };
      throw new Ending(EXIT.failed, say(terminal, nothing));
    }
    terminal.err(`${onOneLine(`${app} @ ${host} → ${version}`)}\n`);
    const mayAsk = terminal.isInputTerminal && !given.flag('yes');
    if (mayAsk && !(await isConfirmed(terminal, { zh: '回滚？', en: 'Roll it back?' }))) return EXIT.failed;
    // The version is sent as it was seen: another one is refused.
    const made = await callOnce(server, rollBackApp, { body: { ...target, version, ...limits(given) } });
    return followCommand(surroundings, made.command_id);
  },
};

export const APP_ACTIONS: Readonly<Record<string, Verb>> = {
  start: service('Start'),
  stop: service('Stop'),
  restart: service('Restart'),
  status: service('Status'),
  update,
  rollback,
};
