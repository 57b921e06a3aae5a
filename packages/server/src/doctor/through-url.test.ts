/** The console behind real proxies that do what misconfigured ones do, and each fault named with what mends it. */
import { createServer, request } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startProgram } from '@ops/testkit/child-program.ts';
import { selfMadeCertificate } from '@ops/testkit/self-made-certificate.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { doctor, portOf, readSaid } from './test-doctor.ts';
import type { Said } from './test-doctor.ts';

const TOKEN = 'token-of-the-doctor-0123456789abcdef';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({
    env: { OPS_AUTH_TOKEN: TOKEN, OPS_TRUST_PROXY: '127.0.0.1', OPS_ALLOWED_HOSTS: 'localhost,127.0.0.1' },
  });
}, 30_000);
afterAll(() => server[Symbol.asyncDispose]());

interface Habits {
  /** Keeps the answer until it is whole. */
  readonly buffers?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly dropsHost?: boolean;
}

function passOn({ buffers = false, headers = {}, dropsHost = false }: Habits): RequestListener {
  return (asked, answer) => {
    const { host, ...rest } = asked.headers;
    const on = request(
      {
        port: server.httpPort,
        host: '127.0.0.1',
        method: asked.method,
        path: asked.url,
        headers: { ...rest, ...(!dropsHost && { host }), 'x-forwarded-for': '127.0.0.1', ...headers },
        agent: false,
      },
      (came) => {
        const kept: Buffer[] = [];
        if (!buffers) answer.writeHead(came.statusCode!, came.headers).flushHeaders();
        came.on('data', (chunk: Buffer) => (buffers ? kept.push(chunk) : answer.write(chunk)));
        came.on('end', () => {
          if (buffers) answer.writeHead(came.statusCode!, came.headers);
          answer.end(Buffer.concat(kept));
        });
      },
    );
    on.on('error', () => answer.destroy());
    answer.on('close', () => on.destroy());
    asked.pipe(on);
  };
}

async function listen(proxy: Server): Promise<number> {
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return portOf(proxy);
}

const settings = () => ({
  OPS_TCP_PORT: String(server.tcpPort),
  OPS_HTTP_PORT: String(server.httpPort),
  OPS_AUTH_TOKEN: TOKEN,
  OPS_TRUST_PROXY: '127.0.0.1',
  OPS_ALLOWED_HOSTS: 'localhost,127.0.0.1',
});

async function through(url: string, env: Readonly<Record<string, string>> = {}): Promise<Said> {
  const said = await doctor({ cwd: server.directory, env: { ...settings(), ...env }, argv: ['--url', url] });
  expect(said.text).not.toContain(TOKEN);
  return said;
}

const start = async (habits: Habits): Promise<string> =>
  `http://127.0.0.1:${await listen(createServer(passOn(habits)))}`;

describe('a proxy over http', () => {
  it('that does what it should is well', async () => {
    const said = await through(await start({}));
    expect(said.faults).toEqual([]);
    expect(said.of('event-stream')).toEqual(['ok /api/events streams']);
  });

  it('that buffers holds the events back', async () => {
    const said = await through(await start({ buffers: true }));
    expect(said.of('event-stream')).toEqual([
      expect.stringMatching(
        /^fault a proxy holds \/api\/events back .* → sudo sed .*proxy_buffering off;.* && sudo nginx -s reload$/,
      ),
    ]);
    expect(said.faults).toHaveLength(1);
  });

  it('that keeps the Host to itself has pages refused', async () => {
    const said = await through(await start({ dropsHost: true }));
    expect(said.of('proxy')).toEqual([
      expect.stringMatching(
        /^fault the proxy does not pass the name 127\.0\.0\.1:\d+ on .*proxy_set_header Host \$http_host;/,
      ),
    ]);
  });

  it('that calls the server by a name it does not go by is misdirected', async () => {
    const said = await through(await start({ headers: { host: 'ops.example.com' } }));
    expect(said.of('proxy')).toEqual([
      expect.stringMatching(
        /^fault 127\.0\.0\.1:\d+ is not in allowed_hosts.* → export OPS_ALLOWED_HOSTS=localhost,127\.0\.0\.1,127\.0\.0\.1:\d+$/,
      ),
    ]);
  });

  it('makes browsers drop a cookie that is always Secure', async () => {
    const said = await through(await start({}), { OPS_COOKIE_SECURE: 'always' });
    expect(said.of('cookie')).toEqual([
      expect.stringMatching(/^fault cookie_secure is always, but .* → export OPS_COOKIE_SECURE=auto$/),
    ]);
  });

  it('that leads elsewhere, that is none of ours, that does not answer', async () => {
    const away = await listen(
      createServer((_asked, answer) => answer.writeHead(301, { location: 'https://ops.example.com/' }).end()),
    );
    expect((await through(`http://127.0.0.1:${away}`)).of('proxy')).toEqual([
      expect.stringMatching(
        /^fault .* leads on to https:\/\/ops\.example\.com: .* → \S+ doctor --url https:\/\/ops\.example\.com$/,
      ),
    ]);
    const other = await listen(createServer((_asked, answer) => answer.end('<h1>It works</h1>')));
    expect((await through(`http://127.0.0.1:${other}`)).of('proxy')).toEqual([
      expect.stringMatching(/is no ops-server \(status 200\) → curl -v /),
    ]);
    expect((await through('http://127.0.0.1:1')).of('proxy')).toEqual([
      expect.stringMatching(/^fault nothing answers at http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\) → curl -v /),
    ]);
  });

  it('never gets the token over a network that can read it', async () => {
    // An address for documentation: nobody answers, and nothing would be sent.
    const said = await through('http://192.0.2.1', {});
    expect(said.of('proxy')[0]).toMatch(/^fault nothing answers/);
    expect(said.of('event-stream')).toEqual([]);
  }, 20_000);

  it('cannot be asked for events without a token', async () => {
    const { OPS_AUTH_TOKEN: _without, ...env } = settings();
    const url = await start({});
    const said = await doctor({ cwd: server.directory, env, argv: ['--url', url] });
    expect(said.of('event-stream')).toEqual([
      expect.stringMatching(/^warning without auth_token .* → \(umask 077; openssl rand -hex 32 /),
    ]);
  });
});

async function over(habits: Habits, env: Readonly<Record<string, string>>): Promise<Said> {
  const certificate = await selfMadeCertificate();
  const port = await listen(createTlsServer(certificate, passOn(habits)));
  const authority = join(server.directory, 'authority.pem');
  await writeFile(authority, certificate.cert);
  const program = await startProgram({
    file: 'packages/server/src/main.ts',
    args: ['doctor', '--json', '--lang', 'en', '--url', `https://127.0.0.1:${port}`],
    cwd: server.directory,
    env: { ...settings(), ...env, NODE_EXTRA_CA_CERTS: authority },
  });
  const { code } = await program.exited;
  return readSaid(code ?? -1, program.lines.join('\n'), '');
}

describe('a proxy that brings https', () => {
  it('and says so, is well', async () => {
    const said = await over({ headers: { 'x-forwarded-proto': 'https' } }, {});
    expect(said.faults).toEqual([]);
  });

  it('and does not say so, has to', async () => {
    expect((await over({}, {})).of('proxy')).toEqual([
      expect.stringMatching(
        /^fault the proxy does not say that requests came over https .*X-Forwarded-Proto \$scheme;/,
      ),
    ]);
  });

  it('must be trusted', async () => {
    expect((await over({}, { OPS_TRUST_PROXY: '' })).of('proxy')).toEqual([
      expect.stringMatching(
        /^fault a proxy brings https, but trust_proxy is empty.* → export OPS_TRUST_PROXY=127\.0\.0\.1,::1$/,
      ),
    ]);
  });
});

it('a certificate this machine does not accept is named', async () => {
  const port = await listen(createTlsServer(await selfMadeCertificate(), passOn({})));
  expect((await through(`https://127.0.0.1:${port}`)).of('proxy')).toEqual([
    expect.stringMatching(
      /^fault the certificate at https:\/\/127\.0\.0\.1:\d+ is not accepted by this machine: .* → openssl s_client /,
    ),
  ]);
});
