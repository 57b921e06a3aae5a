/** The whole server in this process, on free ports and a folder of its own, asked over HTTP by its token. For tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import type { FakeClient, FakeClientOptions } from '@ops/testkit/fake-client.ts';

import { loadServerConfig } from './config.ts';
import { startServer } from './server.ts';
import type { RunningServer } from './server.ts';

const TOKEN = 'token-for-scripts-0123456789abcdef';

export interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export interface WholeServer extends AsyncDisposable {
  readonly running: RunningServer;
  /** GET without a body, POST with one. */
  ask(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  /** Connects a client that has registered. */
  enter(options?: Partial<FakeClientOptions>, register?: Partial<MessageOf<'register'>>): Promise<FakeClient>;
  /** The events named, from now on. */
  follow(query: string): Promise<EventLog>;
}

export interface EventLog {
  /** Name and data, in order. */
  readonly seen: readonly (readonly [string, Record<string, unknown>])[];
  close(): void;
}

export async function startWholeServer(env: Readonly<Record<string, string>> = {}): Promise<WholeServer> {
  const folder = await mkdtemp(join(tmpdir(), 'ops-whole-'));
  const loaded = await loadServerConfig({
    argv: [],
    cwd: folder,
    env: {
      OPS_HTTP_PORT: '0',
      OPS_TCP_PORT: '0',
      OPS_DATA_DIR: join(folder, 'data'),
      OPS_LOG_DIR: join(folder, 'logs'),
      OPS_AUTH_TOKEN: TOKEN,
      OPS_TCP_AUTH_ENABLED: 'false',
      ...env,
    },
  });
  if (loaded.kind !== 'settings') throw new Error('no settings');
  const running = await startServer({
    config: loaded.values,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    accessLog: silentLog,
  });
  const clients: FakeClient[] = [];
  const logs: EventLog[] = [];
  const authorization = `Bearer ${TOKEN}`;

  return {
    running,
    async ask(path, body, headers = {}) {
      const response = await fetch(running.url + path, {
        headers: {
          authorization,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      });
      return { status: response.status, body: fieldsOf(await response.json()) };
    },
    async enter(options = {}, register = {}) {
      const client = await connectFakeClient({ port: running.tcpPort, ...options });
      clients.push(client);
      await client.enter(register);
      return client;
    },
    async follow(query) {
      const log = await follow(`${running.url}/api/events?${query}`, authorization);
      logs.push(log);
      return log;
    },
    async [Symbol.asyncDispose]() {
      for (const log of logs) log.close();
      for (const client of clients) client.destroy();
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value ?? {}));
}

async function follow(url: string, authorization: string): Promise<EventLog> {
  const end = new AbortController();
  const response = await fetch(url, { headers: { authorization }, signal: end.signal });
  const seen: (readonly [string, Record<string, unknown>])[] = [];
  let text = '';
  const reading = async (): Promise<void> => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + chunk).split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) {
        const [, name, data] = /^event: (.*)\ndata: (.*)$/m.exec(block) ?? [];
        if (name !== undefined && data !== undefined) seen.push([name, fieldsOf(JSON.parse(data))]);
      }
    }
  };
  // Ends with the stream, one way or another.
  reading().catch(() => {});
  return { seen, close: () => end.abort() };
}
