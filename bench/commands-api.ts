/** The few calls the benchmarks of commands make, by somebody with the API token. */
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import type { CommandResultBody } from '@ops/protocol/http/commands.ts';

export const TOKEN = 'token-for-the-benchmarks-0123456789';
/** In the directory the real clients of one benchmark share. */
export const SECRET_FILE = 'secret';
const ANSWER_WITHIN_MS = 60_000;

export interface CommandsApi {
  send(clientId: string, command: string): Promise<string>;
  /** @returns the state it is in, and what it holds */
  result(commandId: string): Promise<readonly [state: string, body: CommandResultBody]>;
  /** @returns the id of the batch */
  batch(body: object): Promise<string>;
  newestBatch(): Promise<BatchSummary>;
  onlineIds(): Promise<readonly string[]>;
}

/** Every call throws when it is refused. */
export function createCommandsApi(url: string): CommandsApi {
  async function ask<T>(path: string, body?: object): Promise<T> {
    const answer = await fetch(`${url}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${text}`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server checks its own answers in its tests
    return JSON.parse(text) as T;
  }
  return {
    async send(clientId, command) {
      const body = { client_id: clientId, command };
      return (await ask<{ command_id: string }>('/api/send-command', body)).command_id;
    },
    async result(commandId) {
      const answer = await ask<Record<string, CommandResultBody>>(
        `/api/command-result?command_id=${commandId}`,
      );
      const [entry] = Object.entries(answer);
      if (!entry) throw new Error('an answer without a state');
      return entry;
    },
    batch: async (body) => (await ask<{ batch_id: string }>('/api/batch-commands', body)).batch_id,
    async newestBatch() {
      const [batch] = (await ask<{ batches: BatchSummary[] }>('/api/batches?limit=1')).batches;
      if (!batch) throw new Error('no batch');
      return batch;
    },
    async onlineIds() {
      const { clients } = await ask<{ clients: Record<string, { status: string }> }>(
        '/api/clients?fields=summary',
      );
      return Object.entries(clients).flatMap(([id, { status }]) => (status === 'online' ? [id] : []));
    },
  };
}
