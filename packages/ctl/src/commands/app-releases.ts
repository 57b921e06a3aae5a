/** The versions an application has had. */
import { DEFAULT_RELEASES_PAGE, listReleases, MAX_RELEASES_PAGE } from '@ops/protocol/http/releases.ts';
import type { Release } from '@ops/protocol/http/releases.ts';

import { EXIT } from '../exit-status.ts';
import { table, utcTime } from '../printable.ts';
import { oneHost } from '../target-hosts.ts';
import type { Verb } from '../verb.ts';

const row = (release: Release): readonly string[] => [
  utcTime(release.started_at_ms),
  release.hostname,
  release.version,
  release.version_before ?? '-',
  release.kind,
  release.outcome,
  release.created_by ?? '-',
  release.current ? '*' : '',
];

export const releases: Verb = {
  operands: 'APP [HOST]',
  count: [1, 2],
  options: ['limit'],
  async run({ terminal, server, given }, [app = '', host]) {
    const page = await server.call(listReleases, {
      query: {
        app_name: app,
        ...(host !== undefined && { client_id: await oneHost(server, host) }),
        limit: given.number('limit', { min: 1, max: MAX_RELEASES_PAGE }) ?? DEFAULT_RELEASES_PAGE,
      },
    });
    const head = ['TIME (UTC)', 'HOST', 'VERSION', 'BEFORE', 'KIND', 'OUTCOME', 'BY', 'NOW'];
    terminal.out(given.flag('json') ? `${JSON.stringify(page)}\n` : table(head, page.releases.map(row)));
    return EXIT.good;
  },
};
