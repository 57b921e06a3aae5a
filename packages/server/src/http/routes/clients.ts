import { Readable } from 'node:stream';

import { OpsError } from '@ops/protocol/errors.ts';
import {
  DEFAULT_PAGE,
  forgetClient,
  getClient,
  listClients,
  listSamples,
  MAX_MINUTES,
  MAX_RANGE_MINUTES,
  sampleStep,
} from '@ops/protocol/http/clients.ts';
import { toTimestamp } from '@ops/protocol/http/endpoint.ts';
import type { Timestamp } from '@ops/protocol/http/endpoint.ts';
import type { ClientView, MinuteSample } from '@ops/protocol/http/clients.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import type { Audit } from '../../auth/audit.ts';
import type { Commands } from '../../commands/commands.ts';
import type { ClientKey, Enrolment } from '../../enrolment/enrolment.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { pageOf } from '../client-page.ts';
import { jsonInPieces } from '../json-list.ts';
import { RequestFault } from '../request-fault.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { SUCCESSES } from '../words.ts';

/** Averages of `stepMinutes` each of one client, oldest first. Both times are wall-clock milliseconds and included. */
export type ListMinutes = (
  clientId: string,
  fromMs: number,
  toMs: number,
  stepMinutes: number,
) => Promise<readonly MinuteSample[]> | readonly MinuteSample[];

const MINUTE_MS = 60_000;
const DEFAULT_RANGE_MS = 60 * MINUTE_MS;

/** How much of a client is told. */
const READ_AS: Readonly<Record<'names' | 'summary' | 'all', (fleet: Fleet, id: string) => unknown>> = {
  names: (fleet, id) => fleet.name(id),
  summary: (fleet, id) => fleet.summary(id),
  all: (fleet, id) => fleet.view(id),
};

/** Where a page starts: behind another one, or anywhere. */
function startOf(query: {
  readonly cursor?: string | undefined;
  readonly offset?: number | undefined;
}): string | number | undefined {
  const { cursor, offset } = query;
  if (cursor === undefined || offset === undefined) return cursor ?? offset;
  throw new RequestFault('invalid_request', {
    field: 'query.offset',
    words: {
      zh: 'query.offset 不能与 query.cursor 同时使用',
      en: 'query.offset does not go with query.cursor',
    },
  });
}

export function clientRoutes(needs: {
  readonly fleet: Fleet;
  readonly commands: Pick<Commands, 'journalLostAtMs'>;
  readonly enrolment: Pick<Enrolment, 'keyOf'>;
  readonly listMinutes: ListMinutes;
  readonly audit: Audit;
  readonly clock: Clock;
}): Route[] {
  const { fleet, commands, enrolment, listMinutes, audit, clock } = needs;

  return [
    route(listClients).sends(({ query, reply }) => {
      const { limit = DEFAULT_PAGE, fields = 'all' } = query;
      const ids = fleet.ids(query);
      const page = pageOf(ids, limit, startOf(query));
      const read = READ_AS[fields];
      const entries = page.ids.values().map((id) => [id, () => read(fleet, id)] as const);
      const rest = () => ({
        counts: fleet.counts(),
        matched: ids.length,
        next_cursor: page.nextCursor,
      });
      return reply
        .type('application/json; charset=utf-8')
        .send(Readable.from(jsonInPieces(clock, 'clients', entries, rest), { objectMode: false }));
    }),

    route(getClient).returns(({ params }) => {
      const view = fleet.view(params.id);
      if (!view) throw new OpsError('client_not_found');
      const lostAtMs = commands.journalLostAtMs(params.id);
      const key = enrolment.keyOf(params.id);
      return {
        ...view,
        ...(key && { key: keyView(key) }),
        ...(lostAtMs !== null && { journal_lost_at: toTimestamp(lostAtMs) }),
      };
    }),

    route(forgetClient).returns(async ({ params, principal, context }) => {
      const by = { actor: principal.username, role: principal.role, address: context.address };
      const outcome = await fleet.forget(params.id, by);
      if (outcome !== 'forgotten') {
        const what = { action: 'client_forget', target: params.id, detail: { reason: outcome } };
        await audit.record({ ...by, ...what, atMs: clock.wall(), outcome: 'refused' });
        throw new OpsError(outcome === 'online' ? 'client_online' : 'client_not_found');
      }
      return { success: true, message: SUCCESSES.forgetClient[context.language] };
    }),

    route(listSamples).returns(async ({ params, query }) => {
      if (!fleet.summary(params.id)) throw new OpsError('client_not_found');
      const to = query.to ?? clock.wall();
      const from = query.from ?? Math.max(0, to - DEFAULT_RANGE_MS);
      const rows = query.points ?? MAX_MINUTES;
      const longest = query.points === undefined ? MAX_MINUTES : MAX_RANGE_MINUTES;
      const minutes = (to - from) / MINUTE_MS;
      if (minutes <= 0 || minutes > longest) {
        throw new RequestFault('invalid_request', {
          field: 'query.from',
          words: {
            zh: `query.from 必须早于 query.to，且相差不超过 ${longest} 分钟`,
            en: `query.from must be before query.to, by at most ${longest} minutes`,
          },
        });
      }
      const step = sampleStep(minutes, rows);
      const samples = await listMinutes(params.id, from, to, step);
      return { client_id: params.id, resolution_secs: step * 60, samples: samples.slice(-rows) };
    }),
  ];
}

const mayBe = (ms: number | null): Timestamp | null => (ms === null ? null : toTimestamp(ms));

function keyView(key: ClientKey): NonNullable<ClientView['key']> {
  return {
    generation: key.generation,
    issued_at: toTimestamp(key.issuedAtMs),
    confirmed_at: mayBe(key.confirmedAtMs),
    revoked_at: mayBe(key.revokedAtMs),
  };
}
