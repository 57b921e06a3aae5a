/** Commands to single clients. What is asked for here is judged, made and told by commands/; here are its words. */
import {
  DEFAULT_TIMEOUT_SECS,
  KEPT_HEAD_BYTES,
  KEPT_TAIL_BYTES,
  MAX_TIMEOUT_SECS,
} from '@ops/protocol/domain/command.ts';
import { isFinal } from '@ops/protocol/domain/command.ts';
import type { OutputStream } from '@ops/protocol/domain/command.ts';
import { OpsError } from '@ops/protocol/errors.ts';
import {
  cancelCommand,
  checkCommand,
  commandOutput,
  commandResult,
  DEFAULT_COMMANDS_PAGE,
  downloadOutput,
  listCommands,
  MAX_OUTPUT_PAGE,
  predefinedCommands,
  sendCommand,
} from '@ops/protocol/http/commands.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { hostRefusal } from '@ops/policy/host-limits.ts';
import type { Policy } from '@ops/policy/policy.ts';
import type { PredefinedCategory } from '@ops/policy/predefined.ts';
import type { Allowed, Refusal } from '@ops/policy/verdict.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import type { Audit } from '../../auth/audit.ts';
import type { Auth } from '../../auth/auth.ts';
import { CommandRejected } from '../../commands/command-rejected.ts';
import type { Actor, Commands } from '../../commands/commands.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { actorOf, countActivity } from '../acting.ts';
import { downloadName, refusalView, resultBody } from '../command-view.ts';
import { idempotencyKeyOf } from '../idempotency.ts';
import { outputPage, READ_BEYOND, wholeOutput } from '../output-page.ts';
import { RequestFault } from '../request-fault.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { SUCCESSES } from '../words.ts';
import type { Language } from '../words.ts';

/** The whole of a stream. */
const ALL_BYTES = KEPT_HEAD_BYTES + KEPT_TAIL_BYTES;

/** Number of a command: where the next page begins. */
const CURSOR = /^\d{1,15}$/;

export interface CommandRouteNeeds {
  readonly commands: Commands;
  readonly fleet: Pick<Fleet, 'summary' | 'view'>;
  /** A command would reach the client now. */
  readonly isConnected: (clientId: string) => boolean;
  readonly policy: Policy;
  readonly predefined: readonly PredefinedCategory[];
  readonly auth: Pick<Auth, 'sessions'>;
  readonly audit: Audit;
  readonly clock: Clock;
}

export function commandRoutes(needs: CommandRouteNeeds): Route[] {
  const { commands, fleet, isConnected, policy, predefined, auth, audit, clock } = needs;

  /** @throws CommandRejected once the refusal is written down */
  async function judged(command: string, clientId: string, by: Actor): Promise<Allowed> {
    const verdict = policy.judge(command);
    if (!verdict.ok) throw await refused(verdict, 'server');
    const host = fleet.view(clientId)?.policy;
    const hosts = host && hostRefusal(verdict, host);
    if (hosts) throw await refused(hosts, 'host');
    return verdict;

    async function refused(refusal: Refusal, refusedBy: 'server' | 'host'): Promise<CommandRejected> {
      const { reason: rule, detail } = refusal;
      await audit.record({
        ...by,
        atMs: clock.wall(),
        action: 'command_refused',
        target: clientId,
        detail: { command, rule, token: detail.token, refused_by: refusedBy },
        outcome: 'refused',
      });
      return new CommandRejected(refusal, refusedBy);
    }
  }

  async function known(id: string): Promise<CommandSummary> {
    const summary = await commands.summary(id);
    if (!summary) throw new OpsError('command_not_found');
    return summary;
  }

  async function read(id: string, stream: OutputStream, offset = 0, limit = ALL_BYTES) {
    const kept = await commands.output(id, stream, offset, limit);
    if (!kept) throw new OpsError('command_not_found');
    return kept;
  }

  return [
    route(sendCommand).returns(async ({ body, principal, context, reply }) => {
      countActivity(auth, principal);
      const { client_id: clientId, command, queue_secs: queueSecs } = body;
      const by = actorOf(principal, context);
      const idempotency = idempotencyKeyOf(reply.request.headers, sendCommand, body);
      const answer = (id: string | undefined, isQueued: boolean) => ({
        command_id: id!,
        message: SUCCESSES[isQueued ? 'queueCommand' : 'sendCommand'][context.language],
      });
      const before = idempotency && (await commands.repeated(idempotency, by));
      if (before) return answer(before.commandIds[0], false);
      const client = fleet.summary(clientId);
      if (!client) throw new OpsError('client_not_found');
      const allowed = await judged(command, clientId, by);
      const timeoutSecs = timeoutOf(allowed, body.timeout_secs);
      const isOnline = isConnected(clientId);
      if (!isOnline && queueSecs === undefined) throw new OpsError('client_offline');
      const made = await commands.create(
        {
          work: { kind: 'command', command: trimmed(command) },
          ran: allowed.normalised,
          targets: [{ clientId, hostname: client.hostname }],
          timeoutSecs,
          queueSecs,
          idempotency,
        },
        by,
      );
      return answer(made.commandIds[0], !isOnline);
    }),

    route(commandResult).returns(async ({ query, context }) => {
      const summary = await known(query.command_id);
      const [stdout, stderr] = await Promise.all([read(summary.id, 'stdout'), read(summary.id, 'stderr')]);
      const { language } = context;
      const output = { stdout: wholeOutput(stdout, language), stderr: wholeOutput(stderr, language) };
      return { [summary.state]: resultBody(summary, output) };
    }),

    route(cancelCommand).returns(async ({ body, principal, context }) => {
      countActivity(auth, principal);
      const [outcome] = await commands.cancel([body.command_id], actorOf(principal, context));
      if (outcome === undefined || outcome === 'unknown') throw new OpsError('command_not_found');
      if (outcome === 'over') throw new OpsError('command_over');
      const words = SUCCESSES[outcome === 'cancelled' ? 'cancelled' : 'cancelRequested'];
      return { success: true, message: words[context.language], outcome };
    }),

    route(listCommands).returns(async ({ query }) => {
      const { limit = DEFAULT_COMMANDS_PAGE, cursor, command_id: id, single } = query;
      if (cursor !== undefined && !CURSOR.test(cursor)) throw badCursor();
      if (id !== undefined) {
        const summary = await commands.summary(id);
        return { commands: summary ? [summary] : [], next_cursor: null };
      }
      const filter = {
        clientId: query.client_id,
        batchId: query.batch_id,
        state: query.status,
        search: query.search,
        appName: query.app_name,
        createdBy: query.created_by,
        fromMs: query.from_ms,
        toMs: query.to_ms,
        single: single === undefined ? undefined : single === 'true',
      };
      const page = await commands.list(filter, { limit, cursor });
      return { commands: [...page.commands], next_cursor: page.nextCursor };
    }),

    route(commandOutput).returns(async ({ query }) => {
      const { stream = 'stdout', offset = 0, limit = MAX_OUTPUT_PAGE } = query;
      // The state first: what is read after it is at least as new, and nothing follows an end.
      const summary = await known(query.command_id);
      const kept = await read(summary.id, stream, offset, limit + READ_BEYOND);
      const complete = isFinal(summary.state);
      const { text, nextOffset } = outputPage(kept, offset, limit, complete);
      const total = stream === 'stdout' ? summary.stdout_bytes : summary.stderr_bytes;
      return {
        command_id: summary.id,
        stream,
        state: summary.state,
        offset,
        text,
        next_offset: nextOffset,
        kept_bytes: kept.keptBytes,
        total_bytes: complete ? total : null,
        gap: kept.gap,
        complete,
      };
    }),

    route(downloadOutput).sends(async ({ query, reply }) => {
      const { stream = 'stdout' } = query;
      const summary = await known(query.command_id);
      const { bytes } = await read(summary.id, stream);
      return reply
        .type('application/octet-stream')
        .header('Content-Disposition', `attachment; filename="${downloadName(summary, stream)}"`)
        .send(bytes);
    }),

    route(predefinedCommands).returns(({ context }) => ({
      categories: predefined.map(({ id, label, commands: some }) => ({
        id,
        label: label[context.language],
        commands: some.map((one) => inLanguage(one, context.language)),
      })),
    })),

    route(checkCommand).returns(({ body, context }) => {
      const verdict = policy.judge(body.command);
      return verdict.ok
        ? { allowed: true, ran: verdict.normalised, max_timeout_secs: maxSecsOf(verdict), refusal: null }
        : {
            allowed: false,
            ran: null,
            max_timeout_secs: null,
            refusal: refusalView(verdict, context.language),
          };
    }),
  ];
}

function inLanguage(
  { command, label, description }: PredefinedCategory['commands'][number],
  language: Language,
): { readonly command: string; readonly label: string; readonly description: string } {
  return { command, label: label[language], description: description[language] };
}

function maxSecsOf({ maxSecs = MAX_TIMEOUT_SECS }: Allowed): number {
  return Math.min(maxSecs, MAX_TIMEOUT_SECS);
}

/** @throws RequestFault for more than a command of the configuration may take */
export function timeoutOf(allowed: Allowed, asked: number | undefined): number {
  const most = maxSecsOf(allowed);
  if (asked === undefined) return Math.min(DEFAULT_TIMEOUT_SECS, most);
  if (asked <= most) return asked;
  throw new RequestFault('invalid_request', {
    field: 'body.timeout_secs',
    words: {
      zh: `body.timeout_secs 不得大于 ${most}（该命令的配置）`,
      en: `body.timeout_secs must be at most ${most} (configured for this command)`,
    },
  });
}

/** As it was typed, without the spaces around it, which do not count towards its length. */
function trimmed(command: string): string {
  return command.replaceAll(/^ +| +$/g, '');
}

function badCursor(): RequestFault {
  return new RequestFault('invalid_request', {
    field: 'query.cursor',
    words: { zh: 'query.cursor 格式不正确', en: 'query.cursor has the wrong form' },
  });
}
