/** opsctl and a server that is newer: each object of each answer and event has a field that this opsctl does not know. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { ENDPOINTS } from '@ops/protocol/http/endpoints.ts';
import { isObject } from '@ops/protocol/schema.ts';
import type { JsonSchema } from '@ops/protocol/schema.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import type { RunningClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';

import { opsctl } from './opsctl.ts';
import { testTerminal } from './test-terminal.ts';

const TOKEN = 'a-token-of-the-test-that-is-long-enough-0123456789';
const NEWS = { from_a_later_version: { a: [1] } };

let server: RunningServer;
let client: RunningClient;
let added = 0;

/** With the field in every object that has fixed fields, as its schema tells. */
function newer(value: unknown, schema: unknown): unknown {
  const json: JsonSchema = isObject(schema) ? schema : {};
  if (Array.isArray(json['anyOf'])) return newer(value, json['anyOf'][0]);
  if (Array.isArray(value)) return value.map((one) => newer(one, json['items']));
  if (!isObject(value)) return value;
  const fields = isObject(json['properties']) ? json['properties'] : undefined;
  const out = Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      newer(one, fields?.[key] ?? json['additionalProperties']),
    ]),
  );
  if (!fields) return out;
  added++;
  return { ...out, ...NEWS };
}

function answerSchema(method: string, path: string): JsonSchema | undefined {
  const found = ENDPOINTS.find(
    (one) => one.method === method && new RegExp(`^${one.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  return found && 'json' in found.answer ? found.answer.json : undefined;
}

/** Events of batches and rollouts hold one object each. */
const newerEvents = (chunk: string): string =>
  chunk.replace(/^data: \{/gm, () => {
    added++;
    return `data: {"from_a_later_version":1,`;
  });

async function pass(request: IncomingMessage, reply: ServerResponse): Promise<void> {
  const method = request.method!;
  const answer = await fetch(`${server.url}${request.url}`, {
    method,
    headers: Object.entries(request.headers).flatMap(([name, value]) =>
      typeof value === 'string' && !['connection', 'host', 'content-length'].includes(name)
        ? [[name, value] as [string, string]]
        : [],
    ),
    ...(method === 'POST' && { body: await text(request) }),
  });
  reply.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
  if (answer.headers.get('content-type')?.startsWith('text/event-stream')) {
    for await (const chunk of answer.body!)
      if (!reply.write(newerEvents(Buffer.from(chunk).toString()))) break;
    reply.end();
    return;
  }
  const schema = answerSchema(method, new URL(request.url!, server.url).pathname);
  const value: unknown = await answer.json();
  reply.end(JSON.stringify(answer.ok ? newer(value, schema) : value));
}

const proxy = createServer((request, reply) => void pass(request, reply).catch(() => reply.destroy()));
let url = '';

beforeAll(async () => {
  server = await startServer({ env: { OPS_AUTH_TOKEN: TOKEN } });
  client = await startClient({ server: { port: server.tcpPort } });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  const address = proxy.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(async () => {
  proxy.closeAllConnections();
  await new Promise((done) => proxy.close(done));
  await client[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

it.each([
  ['hosts'],
  ['run', '--all', '--yes', '--', 'whoami'],
  ['run', '--all', '--yes', '--json', '--', 'top', '-b', '-n', '2', '-d', '1'],
  ['history'],
  ['apps'],
  ['rollouts'],
])('opsctl understands a newer server: %s', async (...args) => {
  const config = await tempDirectory('opsctl-newer');
  onTestFinished(() => config.remove());
  const terminal = testTerminal();
  const before = added;
  const status = await opsctl({
    args,
    terminal,
    env: { OPS_URL: url, OPS_AUTH_TOKEN: TOKEN, XDG_CONFIG_HOME: config.path },
  });
  expect({ status, err: terminal.stderr() }).toMatchObject({ status: 0 });
  expect(added).toBeGreaterThan(before);
  expect(terminal.stdout()).not.toContain('from_a_later_version');
});
