/** `hosts`: who is there. */
import type { ClientSummary } from '@ops/protocol/http/clients.ts';

import type { Command } from '../command.ts';
import { usageFault } from '../command-line.ts';
import { EXIT } from '../exit-status.ts';
import { table } from '../printable.ts';
import { listHosts } from '../server/list-hosts.ts';

const STATUSES = ['online', 'offline', 'late'] as const;

const row = (host: ClientSummary): readonly string[] => [
  host.hostname,
  host.id,
  host.late ? 'late' : host.status,
  host.ip_addresses[0] ?? '-',
  Object.entries(host.labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',') || '-',
  host.client_version,
];

export const hosts: Command = {
  name: 'hosts',
  summary: { zh: '列出主机', en: 'list hosts' },
  count: [0, 0],
  options: [
    {
      name: 'selector',
      short: 'l',
      value: 'SELECTOR',
      meaning: {
        zh: '按标签选择，例如 env=prod,role in (web,db)',
        en: 'by labels: env=prod,role in (web,db)',
      },
    },
    {
      name: 'search',
      value: 'TEXT',
      meaning: { zh: '主机名、ID、地址或标签的一部分', en: 'part of a name, id, address or label' },
    },
    {
      name: 'status',
      value: 'STATUS',
      choices: STATUSES,
      meaning: { zh: 'online、offline 或 late', en: 'online, offline or late' },
    },
  ],
  async run({ terminal, server, given }) {
    const asked = given.text('status');
    const status = STATUSES.find((known) => known === asked);
    if (asked !== undefined && status === undefined) throw usageFault(`--status is ${STATUSES.join(', ')}`);
    const [selector, search] = [given.text('selector'), given.text('search')];
    const found = await listHosts(server, {
      ...(selector !== undefined && { selector }),
      ...(search !== undefined && { search }),
      ...(status !== undefined && { status }),
    });
    if (given.flag('json')) terminal.out(`${JSON.stringify({ hosts: found })}\n`);
    else terminal.out(table(['HOST', 'ID', 'STATUS', 'ADDRESS', 'LABELS', 'VERSION'], found.map(row)));
    return EXIT.good;
  },
};
