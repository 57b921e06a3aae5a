/**
 * The real nginx as one process, with prefix, configuration, logs and ports of its own. Configurations are those people
 * copy: only what must differ here (ports, certificate, the server's address) is exchanged, each exactly once.
 *
 *   await using nginx = await startNginx({ server, http: await shippedNginx('ops.conf') });
 *   nginx.port                                       // of TLS, on 127.0.0.1
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { repositoryRoot, startProgram } from './child-program.ts';
import type { RunningProgram } from './child-program.ts';
import { freePort } from './free-port.ts';
import { selfMadeCertificate } from './self-made-certificate.ts';
import { tempDirectory } from './temp-directory.ts';
import { until } from './until.ts';

/** The name the configurations are written for. */
export const NGINX_NAME = 'ops.example.com';
const PATHS = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx'];
const STARTED_WITHIN_MS = 10_000;

export interface NginxOptions {
  readonly server: { readonly httpPort: number };
  /** What stands in `http { … }`. */
  readonly http: string;
}

export interface RunningNginx extends AsyncDisposable {
  /** Of `listen 443 ssl`, and of `listen 80`. */
  readonly port: number;
  readonly plainPort: number;
  /** PEM of its authority. */
  readonly ca: string;
  /** What `nginx -t` said of the configuration, which it took. */
  readonly verdict: string;
  /** Starts again on the same ports with another configuration. */
  reconfigure(http: string): Promise<void>;
}

/** A file of deploy/nginx. */
export function shippedNginx(name: string): Promise<string> {
  return readFile(join(repositoryRoot, 'deploy/nginx', name), 'utf8');
}

/** @throws Error when there is not exactly one place, or none where there may be none */
function exchanged(text: string, pattern: RegExp, by: string, needed = true): string {
  const found = [...text.matchAll(new RegExp(pattern, 'g'))].length;
  if (found > 1 || (needed && found === 0))
    throw new Error(`${found} places like ${pattern} in the configuration`);
  return text.replace(pattern, () => by);
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** The whole of nginx.conf around what people copy. */
function configuration(
  http: string,
  own: {
    readonly at: (name: string) => string;
    readonly port: number;
    readonly plainPort: number;
    readonly server: NginxOptions['server'];
  },
): string {
  const { at, port, plainPort, server } = own;
  let text = exchanged(http, /listen 443 ssl/, `listen 127.0.0.1:${port} ssl`);
  text = exchanged(text, /listen 80;/, `listen 127.0.0.1:${plainPort};`, false);
  text = exchanged(text, /(?<=ssl_certificate +)\/\S+\.pem/, at('cert.pem'));
  text = exchanged(text, /(?<=ssl_certificate_key +)\/\S+\.pem/, at('key.pem'));
  text = exchanged(text, /127\.0\.0\.1:3000/, `127.0.0.1:${server.httpPort}`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `  ${kind}_temp_path ${at(`${kind}-temp`)};`,
  );
  // One process: it ends when it is told to, and leaves no worker behind.
  const lines = [
    'daemon off;',
    'master_process off;',
    ...(userInfo().uid === 0 ? [`user ${userInfo().username};`] : []),
    `pid ${at('nginx.pid')};`,
    `error_log ${at('error.log')};`,
    'events { worker_connections 512; }',
    'http {',
    ...temporary,
    `  access_log ${at('access.log')};`,
    text,
    '}',
    '',
  ];
  return lines.join('\n');
}

/** @throws Error when nginx is not installed, refuses the configuration or does not start */
export async function startNginx({ server, http }: NginxOptions): Promise<RunningNginx> {
  const binary = PATHS.find((path) => existsSync(path));
  if (binary === undefined) throw new Error('nginx is not installed (apt-get install nginx-light)');
  const place = await tempDirectory('nginx');
  try {
    const at = (name: string): string => join(place.path, name);
    const { key, cert } = await selfMadeCertificate({ names: [`DNS:${NGINX_NAME}`, 'DNS:localhost'] });
    await Promise.all([writeFile(at('cert.pem'), cert), writeFile(at('key.pem'), key, { mode: 0o600 })]);
    const [port, plainPort] = await Promise.all([freePort(), freePort()]);

    const args = ['-p', place.path, '-e', at('error.log'), '-c', at('nginx.conf')];
    const start = async (text: string): Promise<{ program: RunningProgram; verdict: string }> => {
      await writeFile(at('nginx.conf'), configuration(text, { at, port, plainPort, server }));
      const { stderr: verdict } = await promisify(execFile)(binary, ['-t', ...args]);
      const program = await startProgram({ file: binary, args, cwd: place.path });
      await until(async () => !program.isRunning || (await listens(port)), {
        within: STARTED_WITHIN_MS,
        what: 'nginx to start',
      });
      if (!program.isRunning) throw new Error(await readFile(at('error.log'), 'utf8'));
      return { program, verdict };
    };
    let { program, verdict } = await start(http);
    return {
      port,
      plainPort,
      ca: cert,
      get verdict() {
        return verdict;
      },
      async reconfigure(text) {
        await program.kill9();
        ({ program, verdict } = await start(text));
      },
      async [Symbol.asyncDispose]() {
        if (program.isRunning) await program.kill9();
        await place.remove();
      },
    };
  } catch (cause) {
    await place.remove();
    throw cause;
  }
}
