import { Readable } from 'node:stream';

import { OpsError } from '@ops/protocol/errors.ts';
import {
  DEFAULT_PAGE,
  forgetClient,
  getClient,
  listClients,
  listSamples,
  MAX_MINUTES,
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

/** Averages by minute of one client, oldest first. Both times are wall-clock milliseconds, `toMs` not included. */
export type ListMinutes = (
  clientId: string,
  fromMs: number,
  toMs: number,
) => Promise<readonly MinuteSample[]> | readonly MinuteSample[];

const MINUTE_MS = 60_000;
const DEFAULT_RANGE_MS = 60 * MINUTE_MS;

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
      const { status, search, selector, limit = DEFAULT_PAGE, cursor, fields } = query;
      const page = pageOf(fleet.ids({ status, search, selector }), limit, cursor);
      const read = (id: string): unknown => (fields === 'summary' ? fleet.summary(id) : fleet.view(id));
      const entries = page.ids.values().map((id) => [id, () => read(id)] as const);
      const rest = () => ({ counts: fleet.counts(), next_cursor: page.nextCursor });
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
      if (from >= to || to - from > MAX_MINUTES * MINUTE_MS) {
        throw new RequestFault('invalid_request', {
          field: 'query.from',
          words: {
            zh: `query.from 必须早于 query.to，且相差不超过 ${MAX_MINUTES} 分钟`,
            en: `query.from must be before query.to, by at most ${MAX_MINUTES} minutes`,
          },
        });
      }
      const samples = await listMinutes(params.id, from, to);
      return { client_id: params.id, resolution_secs: 60, samples: samples.slice(0, MAX_MINUTES) };
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
