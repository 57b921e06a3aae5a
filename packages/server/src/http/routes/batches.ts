/** One command on many clients. What is asked for here is judged, made and counted by batches/; here are its words. */
import { Readable } from 'node:stream';

import { DEFAULT_TIMEOUT_SECS } from '@ops/protocol/domain/command.ts';
import { OpsError } from '@ops/protocol/errors.ts';
import {
  createBatch,
  DEFAULT_CONCURRENCY,
  exportBatch,
  getBatch,
  listBatches,
  listBatchHosts,
  previewBatch,
  rerunBatch,
  stopBatch,
  TARGET_VERDICTS,
} from '@ops/protocol/http/batches.ts';
import type { TargetVerdict } from '@ops/protocol/http/batches.ts';
import type { Policy } from '@ops/policy/policy.ts';

import type { Auth } from '../../auth/auth.ts';
import type { Batches } from '../../batches/batches.ts';
import { actorOf, countActivity } from '../acting.ts';
import { refusalView } from '../command-view.ts';
import { idempotencyKeyOf } from '../idempotency.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { inWords, selectionOf } from '../selection.ts';
import { SUCCESSES } from '../words.ts';
import { timeoutOf } from './commands.ts';

const DEFAULT_BATCHES_PAGE = 50;
const DEFAULT_HOSTS_PAGE = 100;

const MEDIA_TYPES = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/x-ndjson; charset=utf-8',
} as const;

export interface BatchRouteNeeds {
  readonly batches: Batches;
  readonly policy: Policy;
  readonly auth: Pick<Auth, 'sessions'>;
}

export function batchRoutes({ batches, policy, auth }: BatchRouteNeeds): Route[] {
  return [
    route(previewBatch).returns(({ body, context }) => {
      const { command, queue_secs: queueSecs } = body;
      const { refusal, ran, hosts, unknownIds } = batches.preview({
        selection: selectionOf(body),
        command,
        queueSecs,
      });
      const counts: Partial<Record<TargetVerdict, number>> = {};
      for (const known of TARGET_VERDICTS) counts[known] = 0;
      for (const { verdict } of hosts) counts[verdict] = (counts[verdict] ?? 0) + 1;
      return {
        refusal: refusal ? refusalView(refusal, context.language) : null,
        ran,
        targets: hosts.length,
        counts,
        unknown_ids: [...unknownIds],
        hosts: hosts.map((host) => ({
          client_id: host.clientId,
          hostname: host.hostname,
          verdict: host.verdict,
          refusal: host.refusal ? refusalView(host.refusal, context.language) : null,
        })),
      };
    }),

    route(createBatch).returns(async ({ body, principal, context, reply }) => {
      countActivity(auth, principal);
      const verdict = policy.judge(body.command);
      const asked = body.timeout_secs;
      const request = {
        selection: selectionOf(body),
        command: body.command,
        timeoutSecs: verdict.ok ? timeoutOf(verdict, asked) : DEFAULT_TIMEOUT_SECS,
        queueSecs: body.queue_secs,
        concurrency: body.concurrency ?? DEFAULT_CONCURRENCY,
        stopAfterFailures: body.stop_after_failures,
        idempotency: idempotencyKeyOf(reply.request.headers, createBatch, body),
      };
      const made = await batches.create(request, actorOf(principal, context)).catch(inWords);
      return {
        batch_id: made.batchId,
        message: SUCCESSES.batchCreated[context.language],
        command_ids: { ...made.commandIds },
      };
    }),

    route(listBatches).returns(async ({ query }) => {
      const { limit = DEFAULT_BATCHES_PAGE, cursor } = query;
      const page = await batches.list({ limit, cursor });
      return { batches: [...page.batches], next_cursor: page.nextCursor };
    }),

    route(getBatch).returns(async ({ params }) => {
      const found = (await batches.get(params.id)) ?? unknown();
      const { batch, groups, moreGroups, moreHosts } = found;
      return { batch, groups: [...groups], more_groups: moreGroups, more_hosts: moreHosts };
    }),

    route(listBatchHosts).returns(async ({ params, query }) => {
      const { offset = 0, limit = DEFAULT_HOSTS_PAGE, ...filter } = query;
      const { hosts, total, version } =
        (await batches.hosts(params.id, filter, { offset, limit })) ?? unknown();
      return { hosts: [...hosts], total, version };
    }),

    route(stopBatch).returns(async ({ params, principal, context }) => {
      countActivity(auth, principal);
      const batch = await batches.stop(params.id, actorOf(principal, context));
      return { success: true, message: SUCCESSES.batchStopped[context.language], batch };
    }),

    route(rerunBatch).returns(async ({ params, body, principal, context }) => {
      countActivity(auth, principal);
      const made = await batches.rerun(params.id, body.which, actorOf(principal, context));
      return {
        batch_id: made.batchId,
        message: SUCCESSES.batchCreated[context.language],
        command_ids: { ...made.commandIds },
      };
    }),

    route(exportBatch).sends(async ({ params, query, reply }) => {
      const { format } = query;
      const pieces = (await batches.export(params.id, format)) ?? unknown();
      return reply
        .type(MEDIA_TYPES[format])
        .header('Content-Disposition', `attachment; filename="batch-${params.id.slice(0, 8)}.${format}"`)
        .send(Readable.from(pieces, { objectMode: false }));
    }),
  ];
}

function unknown(): never {
  throw new OpsError('batch_not_found');
}
