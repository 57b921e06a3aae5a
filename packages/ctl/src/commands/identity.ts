/** `identity`: what becomes of the id and the key of a host. */
import { orderNewIdentity, revokeKey } from '@ops/protocol/http/enrolment.ts';

import type { Command } from '../command.ts';
import { usageFault } from '../command-line.ts';
import { EXIT } from '../exit-status.ts';
import { oneHost } from '../target-hosts.ts';
import { runVerb, verbSyntax } from '../verb.ts';
import type { Verb } from '../verb.ts';

const verb = (endpoint: typeof orderNewIdentity | typeof revokeKey): Verb => ({
  operands: 'HOST',
  count: [1, 1],
  options: [],
  async run({ terminal, server, given }, [host = '']) {
    const answer = await server.call(endpoint, { params: { id: await oneHost(server, host) } });
    terminal.out(given.flag('json') ? `${JSON.stringify(answer)}\n` : `${answer.message}\n`);
    return EXIT.good;
  },
});

const VERBS: Readonly<Record<string, Verb>> = {
  new: verb(orderNewIdentity),
  'revoke-key': verb(revokeKey),
};

export const identity: Command = {
  name: 'identity',
  summary: {
    zh: '为 ID 冲突的副本分配新身份；吊销主机的密钥（需以管理员登录）',
    en: 'give the copy of a host an id of its own; revoke the key of a host (signed in as an administrator)',
  },
  operands: verbSyntax(VERBS),
  count: [1, 2],
  words: Object.keys(VERBS),
  options: [],
  async run(surroundings) {
    const [name = ''] = surroundings.given.operands;
    const chosen = VERBS[name];
    if (chosen === undefined) throw usageFault(`identity takes ${Object.keys(VERBS).join(' or ')}`);
    return runVerb(identity, [name, chosen], surroundings);
  },
};
