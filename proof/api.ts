/**
 * The HTTP API as a caller uses it, with the three endings a request can have: `ok`, `fail` (refused: it was not
 * done), `info` (cut or timed out: nobody knows).
 */
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import { isFinal } from '@ops/protocol/domain/command.ts';
import type { CommandState } from '@ops/protocol/domain/command.ts';
import type { manageService, updateApp } from '@ops/protocol/http/apps.ts';
import type { getBatch, createBatch, BatchSummary } from '@ops/protocol/http/batches.ts';
import type { ClientView } from '@ops/protocol/http/clients.ts';
import type { CommandResultBody, CommandSummary } from '@ops/protocol/http/commands.ts';
import { IDEMPOTENCY_HEADER, MAX_COMMANDS_PAGE } from '@ops/protocol/http/commands.ts';
import type { AnswerOf, BodyOf } from '@ops/protocol/http/endpoint.ts';
import { until } from '@ops/testkit/until.ts';

type Reply<T> =
  | { readonly type: 'ok'; readonly value: T }
  | { readonly type: 'fail'; readonly status: number; readonly code: string; readonly message: string }
  | { readonly type: 'info'; readonly cause: string };

export interface SendOptions {
  readonly timeoutSecs?: number;
  readonly queueSecs?: number;
  readonly idempotencyKey?: string;
}

interface CommandView {
  readonly state: CommandState;
  readonly body: CommandResultBody;
}

export interface Api {
  send(clientId: string, command: string, options?: SendOptions): Promise<Reply<string>>;
  result(commandId: string): Promise<Reply<CommandView>>;
  cancel(commandId: string): Promise<Reply<'cancelled' | 'requested'>>;
  batch(body: BodyOf<typeof createBatch>, key?: string): Promise<Reply<AnswerOf<typeof createBatch>>>;
  getBatch(id: string): Promise<Reply<AnswerOf<typeof getBatch>>>;
  newestBatch(): Promise<Reply<BatchSummary | undefined>>;
  login(username: string, password: string): Promise<Reply<string>>;
  clients(): Promise<ReadonlyMap<string, { readonly status: string; readonly late: boolean }>>;
  /** Whether its page tells that the journal of a client was lost, and when: seconds since 1970. */
  journalLostAt(clientId: string): Promise<number | undefined>;
  /** Of one client. @throws Error when there is no list */
  apps(clientId: string): Promise<readonly AppInfo[]>;
  /** An action, or with a version an update; the id of its command. */
  act(body: BodyOf<typeof manageService> | BodyOf<typeof updateApp>): Promise<Reply<string>>;
  health(): Promise<Reply<unknown>>;
  /** Every command there is, newest first. @throws Error unless all pages come */
  allCommands(query?: string): Promise<readonly CommandSummary[]>;
  /** Polls until the command is final. @throws Error when it is not in time */
  final(commandId: string, wait?: { within?: number }): Promise<CommandView>;
  /** @throws Error when it is refused or not answered */
  mustSend(clientId: string, command: string, options?: SendOptions): Promise<string>;
}

const REQUEST_WITHIN_MS = 10_000;
const FINAL_WITHIN_MS = 30_000;
const FINAL_POLL_MS = 20;

export interface ApiOptions {
  readonly url: string;
  readonly token: string;
  /** Milliseconds after which a request is given up. */
  readonly requestWithin?: number;
}

export function createApi({ url, token, requestWithin = REQUEST_WITHIN_MS }: ApiOptions): Api {
  async function ask<T>(
    method: 'GET' | 'POST',
    path: string,
    body?: object,
    key?: string,
  ): Promise<Reply<T>> {
    try {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          'accept-language': 'en',
          ...(body && { 'content-type': 'application/json' }),
          ...(key !== undefined && { [IDEMPOTENCY_HEADER]: key }),
        },
        signal: AbortSignal.timeout(requestWithin),
        ...(body && { body: JSON.stringify(body) }),
      });
      const value = (await answer.json()) as T & { code?: string; message?: string };
      if (answer.ok) return { type: 'ok', value };
      const code = value.code ?? 'unknown';
      // 500: the request may have been carried out.
      if (answer.status === 500) return { type: 'info', cause: code };
      return { type: 'fail', status: answer.status, code, message: value.message ?? '' };
    } catch (cause) {
      return { type: 'info', cause: describe(cause) };
    }
  }

  const api: Api = {
    async send(clientId, command, options = {}) {
      const { timeoutSecs, queueSecs, idempotencyKey } = options;
      const body = {
        client_id: clientId,
        command,
        ...(timeoutSecs !== undefined && { timeout_secs: timeoutSecs }),
        ...(queueSecs !== undefined && { queue_secs: queueSecs }),
      };
      return map(
        await ask<{ command_id: string }>('POST', '/api/send-command', body, idempotencyKey),
        (value) => value.command_id,
      );
    },
    async result(commandId) {
      const reply = await ask<Partial<Record<CommandState, CommandResultBody>>>(
        'GET',
        `/api/command-result?command_id=${commandId}`,
      );
      return map(reply, (value) => {
        const [entry, ...more] = Object.entries(value) as [CommandState, CommandResultBody][];
        if (!entry || more.length > 0) throw new Error(`not exactly one state: ${Object.keys(value).join()}`);
        return { state: entry[0], body: entry[1] };
      });
    },
    async cancel(commandId) {
      const reply = await ask<{ outcome: 'cancelled' | 'requested' }>('POST', '/api/cancel-command', {
        command_id: commandId,
      });
      return map(reply, ({ outcome }) => outcome);
    },
    batch: (body, key) => ask('POST', '/api/batch-commands', body, key),
    getBatch: (id) => ask('GET', `/api/batches/${id}`),
    async newestBatch() {
      return map(
        await ask<{ batches: BatchSummary[] }>('GET', '/api/batches?limit=1'),
        ({ batches }) => batches[0],
      );
    },
    async login(username, password) {
      try {
        const answer = await fetch(`${url}/api/login`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ username, password }),
          signal: AbortSignal.timeout(requestWithin),
        });
        const value = (await answer.json()) as { session_id?: string; code?: string; message?: string };
        if (answer.ok && value.session_id) return { type: 'ok', value: value.session_id };
        return {
          type: 'fail',
          status: answer.status,
          code: value.code ?? 'unknown',
          message: value.message ?? '',
        };
      } catch (cause) {
        return { type: 'info', cause: describe(cause) };
      }
    },
    async clients() {
      const reply = await ask<{ clients: Record<string, { status: string; late?: boolean }> }>(
        'GET',
        '/api/clients?fields=summary',
      );
      if (reply.type !== 'ok') throw new Error(`no list of clients: ${JSON.stringify(reply)}`);
      return new Map(
        Object.entries(reply.value.clients).map(([id, { status, late }]) => [
          id,
          { status, late: late ?? false },
        ]),
      );
    },
    async journalLostAt(clientId) {
      const reply = await ask<Pick<ClientView, 'journal_lost_at'>>('GET', `/api/clients/${clientId}`);
      if (reply.type !== 'ok') throw new Error(`no such client: ${JSON.stringify(reply)}`);
      const at = reply.value.journal_lost_at;
      return at && at.secs_since_epoch + at.nanos_since_epoch / 1e9;
    },
    async apps(clientId) {
      const reply = await ask<{ client_apps: Record<string, { apps: AppInfo[] }> }>(
        'GET',
        `/api/apps?client_id=${clientId}`,
      );
      if (reply.type !== 'ok') throw new Error(`no list of apps: ${JSON.stringify(reply)}`);
      return reply.value.client_apps[clientId]?.apps ?? [];
    },
    async act(body) {
      const path = 'version' in body ? '/api/update-app' : '/api/manage-service';
      return map(await ask<{ command_id: string }>('POST', path, body), (value) => value.command_id);
    },
    health: () => ask('GET', '/health'),
    async allCommands(query = '') {
      const all: CommandSummary[] = [];
      for (let cursor = ''; ;) {
        const path = `/api/commands?limit=${MAX_COMMANDS_PAGE}${cursor && `&cursor=${cursor}`}${query && `&${query}`}`;
        const reply = await ask<{ commands: CommandSummary[]; next_cursor: string | null }>('GET', path);
        if (reply.type !== 'ok') throw new Error(`no list of commands: ${JSON.stringify(reply)}`);
        all.push(...reply.value.commands);
        if (reply.value.next_cursor === null) return all;
        cursor = encodeURIComponent(reply.value.next_cursor);
      }
    },
    async final(commandId, { within = FINAL_WITHIN_MS } = {}) {
      let last = 'nothing';
      try {
        return await until(
          async () => {
            const reply = await api.result(commandId);
            last = reply.type === 'ok' ? reply.value.state : JSON.stringify(reply);
            return reply.type === 'ok' && isFinal(reply.value.state) && reply.value;
          },
          { within, every: FINAL_POLL_MS, what: `command ${commandId} to be final` },
        );
      } catch (cause) {
        throw new Error(`command ${commandId} is ${last} after ${within} ms`, { cause });
      }
    },
    async mustSend(clientId, command, options) {
      const reply = await api.send(clientId, command, options);
      if (reply.type !== 'ok') throw new Error(`not sent: ${JSON.stringify(reply)}`);
      return reply.value;
    },
  };
  return api;
}

function map<T, U>(reply: Reply<T>, change: (value: T) => U): Reply<U> {
  return reply.type === 'ok' ? { type: 'ok', value: change(reply.value) } : reply;
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message;
}
