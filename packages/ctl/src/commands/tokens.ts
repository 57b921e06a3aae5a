/** `tokens`: what lets new hosts in. A token is printed once, alone on the standard output, to go into a file. */
import { MAX_TOKEN_SECS, MAX_TOKEN_USES } from '@ops/protocol/domain/enrolment.ts';
import { createToken, listTokens, revokeToken } from '@ops/protocol/http/enrolment.ts';
import type { TokenView } from '@ops/protocol/http/enrolment.ts';

import type { Command, Surroundings } from '../command.ts';
import { usageFault } from '../command-line.ts';
import { EXIT } from '../exit-status.ts';
import type { ExitStatus } from '../exit-status.ts';
import { table, utcTime } from '../printable.ts';
import { oneHost } from '../target-hosts.ts';
import { say } from '../terminal.ts';
import { checkOptions, runVerb, verbSyntax } from '../verb.ts';
import type { Verb } from '../verb.ts';

const HOUR_SECS = 3600;

const create: Verb = {
  operands: '',
  count: [0, 0],
  options: ['uses', 'hours', 'note', 'host'],
  async run({ terminal, server, given }) {
    const uses = given.number('uses', { min: 1, max: MAX_TOKEN_USES });
    const hours = given.number('hours', { min: 1, max: MAX_TOKEN_SECS / HOUR_SECS });
    const note = given.text('note');
    const host = given.text('host');
    const made = await server.call(createToken, {
      body: {
        ...(uses !== undefined && { uses }),
        ...(hours !== undefined && { expires_in_secs: hours * HOUR_SECS }),
        ...(note !== undefined && { note }),
        ...(host !== undefined && { client_id: await oneHost(server, host) }),
      },
    });
    terminal.out(given.flag('json') ? `${JSON.stringify(made)}\n` : `${made.token}\n`);
    const until = utcTime(Date.parse(made.expires_at));
    terminal.err(
      `${say(terminal, {
        zh: `令牌 ${made.id}：可接入 ${made.max_uses} 台主机，${until} UTC 前有效；不会再次显示`,
        en: `token ${made.id}: for ${made.max_uses} hosts until ${until} UTC; it is not shown again`,
      })}\n`,
    );
    return EXIT.good;
  },
};

const revoke: Verb = {
  operands: 'ID',
  count: [1, 1],
  options: [],
  async run({ terminal, server, given }, [id = '']) {
    const answer = await server.call(revokeToken, { params: { id } });
    terminal.out(given.flag('json') ? `${JSON.stringify(answer)}\n` : `${answer.message}\n`);
    return EXIT.good;
  },
};

const VERBS: Readonly<Record<string, Verb>> = { create, revoke };

function row(token: TokenView): readonly string[] {
  return [
    token.id,
    token.state,
    `${token.uses}/${token.max_uses}`,
    utcTime(Date.parse(token.expires_at)),
    token.created_by,
    token.client_id ?? '-',
    token.note || '-',
  ];
}

async function list(surroundings: Surroundings): Promise<ExitStatus> {
  const { terminal, server, given } = surroundings;
  checkOptions(tokens, [], surroundings);
  const answer = await server.call(listTokens);
  const head = ['ID', 'STATE', 'USED', 'EXPIRES (UTC)', 'BY', 'ONLY FOR', 'NOTE'];
  terminal.out(given.flag('json') ? `${JSON.stringify(answer)}\n` : table(head, answer.tokens.map(row)));
  return EXIT.good;
}

export const tokens: Command = {
  name: 'tokens',
  summary: {
    zh: '接入令牌：列出、创建、吊销（需以管理员登录）',
    en: 'enrolment tokens: list, make, revoke (signed in as an administrator)',
  },
  operands: `| ${verbSyntax(VERBS)}`,
  count: [0, 2],
  words: Object.keys(VERBS),
  options: [
    {
      name: 'uses',
      value: 'N',
      meaning: { zh: 'create：可接入的主机数，默认 1', en: 'create: for so many hosts, 1 when not given' },
    },
    {
      name: 'hours',
      value: 'N',
      meaning: {
        zh: 'create：有效小时数，默认 24',
        en: 'create: valid for so many hours, 24 when not given',
      },
    },
    { name: 'note', value: 'TEXT', meaning: { zh: 'create：备注', en: 'create: a note' } },
    {
      name: 'host',
      value: 'HOST',
      meaning: {
        zh: 'create：仅用于这台已知主机，为它换新密钥',
        en: 'create: only for this host, which is known and gets a new key',
      },
    },
  ],
  async run(surroundings) {
    const [name] = surroundings.given.operands;
    if (name === undefined) return list(surroundings);
    const verb = VERBS[name];
    if (verb === undefined) throw usageFault(`tokens takes ${Object.keys(VERBS).join(' or ')}`);
    return runVerb(tokens, [name, verb], surroundings);
  },
};
