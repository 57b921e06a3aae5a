/** The server behind a real nginx: with the files of deploy/nginx, and with the lines of the first manual as they stand. */
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';

import { exampleFacts, exampleOutput } from '@ops/testkit/example-messages.ts';
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import { NGINX_NAME, shippedNginx, startNginx } from '@ops/testkit/start-nginx.ts';
import type { RunningNginx } from '@ops/testkit/start-nginx.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { until } from '@ops/testkit/until.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PASSWORD = 'plum-Tractor_91 violin';
/** Where the requests come from, so that they are told from the proxy. */
const FROM = '127.0.0.9';
const SITE = `https://${NGINX_NAME}`;

/** As the manual has it: no more headers than these, and buffering as nginx does it by itself. */
const MANUAL = `server {
    listen 443 ssl;
    server_name ops.example.com;

    ssl_certificate /path/to/cert.pem;
    ssl_certificate_key /path/to/key.pem;

    location / {
        proxy_pass http://127.0.0.1:3000;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
    }
}`;

const below = (locations: string): string =>
  `server { listen 443 ssl; server_name ops.example.com; ssl_certificate /x/cert.pem; ssl_certificate_key /x/key.pem;\n${locations}\n}`;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ env: { OPS_TRUST_PROXY: '127.0.0.1', OPS_ADMIN_PASSWORD: PASSWORD } });
});
afterAll(() => server[Symbol.asyncDispose]());

describe.each([
  ['deploy/nginx/ops.conf', () => shippedNginx('ops.conf'), ''],
  ['deploy/nginx/ops-subpath.conf', async () => below(await shippedNginx('ops-subpath.conf')), '/ops'],
  ['the lines of the first manual', () => Promise.resolve(MANUAL), ''],
])('behind nginx with %s', (_name, http, prefix) => {
  let nginx: RunningNginx;

  beforeAll(async () => {
    nginx = await startNginx({ server, http: await http() });
  });
  afterAll(() => nginx[Symbol.asyncDispose]());

  function send(
    path: string,
    options: { readonly headers?: Record<string, string>; readonly body?: object } = {},
  ): Promise<IncomingMessage> {
    const { body } = options;
    return new Promise((resolve, reject) => {
      const asking = request({
        host: '127.0.0.1',
        port: nginx.port,
        servername: NGINX_NAME,
        ca: nginx.ca,
        localAddress: FROM,
        agent: false,
        path: prefix + path,
        method: body ? 'POST' : 'GET',
        headers: {
          host: NGINX_NAME,
          ...(body && { 'content-type': 'application/json', origin: SITE }),
          ...options.headers,
        },
      });
      asking.on('response', resolve);
      asking.on('error', reject);
      asking.end(body && JSON.stringify(body));
    });
  }

  async function ask(...asked: Parameters<typeof send>): Promise<Answer> {
    const response = await send(...asked);
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode ?? 0, headers: response.headers, text };
  }

  async function signIn(): Promise<{ readonly cookie: string; readonly set: string }> {
    const answer = await ask('/api/login', { body: { username: 'admin', password: PASSWORD } });
    expect(answer.status).toBe(200);
    const set = answer.headers['set-cookie']![0]!;
    return { cookie: set.split(';')[0]!, set };
  }

  it('is taken by nginx without a warning', () => {
    expect(nginx.verdict).toContain('test is successful');
    expect(nginx.verdict).not.toMatch(/\[(warn|error|emerg)\]/);
  });

  it('the session is Secure, and for the console alone', async () => {
    const { cookie, set } = await signIn();
    expect(set).toMatch(/; Secure$/);
    expect(set).toContain(`; Path=${prefix}/;`);
    expect((await ask('/api/check-auth', { headers: { cookie } })).status).toBe(200);
  });

  it('another site is refused', async () => {
    const { cookie } = await signIn();
    const headers = { cookie, origin: 'https://evil.example' };
    expect((await ask('/api/keep-alive', { headers, body: {} })).status).toBe(403);
    for (const path of ['/api/events', '/api/events/poll'])
      expect((await ask(path, { headers })).status).toBe(403);
  });

  it('the address is that of whoever asked, whatever they claim', async () => {
    const marked = `/api/clients?search=${encodeURIComponent(`of ${nginx.port}`)}`;
    const { cookie } = await signIn();
    await ask(marked, { headers: { cookie } });
    await ask('/health', { headers: { 'x-forwarded-for': '6.6.6.6' } });
    const logs = join(server.directory, 'logs');
    const lines = await until(
      async () => {
        const name = (await readdir(logs)).find((file) => file.startsWith('web.log'))!;
        const all = (await readFile(join(logs, name), 'utf8')).split('\n');
        return all.some((line) => line.includes('/health')) && all;
      },
      { what: 'the line of the access log' },
    );
    expect(lines.filter((line) => line.includes('/api/clients')).at(-1)).toContain(`address=${FROM}`);
    expect(lines.join('\n')).not.toContain('address=6.6.6.6');
  });

  it('events come as they happen, and output while the command runs', async () => {
    const { cookie } = await signIn();
    const stream = await send('/api/events?topics=client', { headers: { cookie } });
    let seen = '';
    stream.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    stream.on('error', () => {});
    await until(() => seen.includes('event: ready'), { what: 'ready' });

    const client = await connectFakeClient({ port: server.tcpPort });
    const hostname = `live-${nginx.port}`;
    await client.enter({ system_info: exampleFacts({ hostname }) });
    await until(() => seen.includes(hostname), { what: 'the client on the stream' });

    const order = await ask('/api/send-command', {
      headers: { cookie },
      body: { client_id: client.clientId, command: 'uptime' },
    });
    const { command_id: id } = JSON.parse(order.text) as { readonly command_id: string };
    await client.waitFor('command');
    const watching = await send(`/api/events?topics=output&command_id=${id}`, { headers: { cookie } });
    let output = '';
    watching.on('data', (chunk: Buffer) => (output += chunk.toString()));
    watching.on('error', () => {});
    await until(() => output.includes('event: ready'), { what: 'ready' });
    client.accept(id);
    client.send(exampleOutput(id, 0, 'while it runs\n', { stream: 'stdout' }));
    await until(() => output.includes('while it runs'), { what: 'the output' });
    expect(output).not.toContain('event: reset');
    stream.destroy();
    watching.destroy();
    await client.close();
  });
});

it('plain HTTP leads to HTTPS', async () => {
  await using nginx = await startNginx({ server, http: await shippedNginx('ops.conf') });
  const location = await new Promise((resolve, reject) => {
    plainRequest({
      host: '127.0.0.1',
      port: nginx.plainPort,
      path: '/commands?x=1',
      headers: { host: NGINX_NAME },
      agent: false,
    })
      .on('response', (response) => resolve(response.resume().headers.location))
      .on('error', reject)
      .end();
  });
  expect(location).toBe(`${SITE}/commands?x=1`);
});
