import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { PAGE_PATHS } from '@ops/protocol/http/pages.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { wayToRoot } from './pages.ts';
import { startTrial } from './test-server.ts';
import type { Answer, Trial } from './test-server.ts';
import { loadWebFiles, webDirectory } from './web-files.ts';

const SCRIPT = `console.log(${JSON.stringify('运维 '.repeat(1000))});`;
const BROWSER = { accept: 'text/html,application/xhtml+xml' };

let directory: string;
let trial: Trial;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ops-web-'));
  await mkdir(join(directory, 'assets'));
  const head = '<meta name="csp-nonce" content="__CSP_NONCE__"><style nonce="__CSP_NONCE__"></style>';
  const files =
    '<meta name="ops-root" content="__ROOT__"><link href="./favicon.svg"><script src="./assets/a.js"></script>';
  await writeFile(join(directory, 'index.html'), `<!doctype html>${head}${files}<div id="root"></div>`);
  await writeFile(join(directory, 'assets', 'index-Bx3_k9Qa.js'), SCRIPT);
  await writeFile(join(directory, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(directory, '.hidden'), 'secret');
  await symlink('/etc/passwd', join(directory, 'passwd.txt'));
  trial = await startTrial({ needs: { webSource: webDirectory(directory) } });
});
afterAll(async () => {
  await trial.close();
  await rm(directory, { recursive: true, force: true });
});

const nonceOf = (answer: Answer): string | undefined =>
  /style-src 'self' 'nonce-([A-Za-z0-9+/=]+)'/.exec(String(answer.headers['content-security-policy']))?.[1];

describe('a page of the console', () => {
  it.each(PAGE_PATHS)('%s is the document, with a nonce of its own in page and policy', async (path) => {
    const id = '7e6f2f1e-0000-4000-8000-000000000001';
    const url = path.replace('{id}', id).replace('{client}', id).replace('{name}', 'my-app_2.x');
    const [first, second] = [await trial.ask(url), await trial.ask(url)];
    expect([first.status, first.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(first.headers['cache-control']).toBe('no-store');
    const nonce = nonceOf(first);
    expect(nonce).toMatch(/^[A-Za-z0-9+/]{24}$/);
    expect(first.text.split(nonce!)).toHaveLength(3);
    expect(first.text).not.toContain('__CSP_NONCE__');
    expect(nonceOf(second)).not.toBe(nonce);
    expect(first.headers['content-security-policy']).not.toContain('unsafe');
  });

  it.each([
    '/clients/nonsense',
    '/apps/.hidden/rollout',
    '/apps/shop',
    '/apps/shop/shop/releases',
    '/clients',
    '/clients/',
    '/logins',
    '/login/x',
  ])('is not at %s', async (path) => {
    const program = await trial.ask(path);
    expect([program.status, program.json['code']]).toEqual([404, 'not_found']);
    const person = await trial.ask(path, { headers: BROWSER });
    expect([person.status, person.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(nonceOf(person)).toBeDefined();
  });

  it.each(PAGE_PATHS)('%s leads to its files below any prefix', async (path) => {
    const id = '7e6f2f1e-0000-4000-8000-000000000001';
    const url = path.replace('{id}', id).replace('{client}', id).replace('{name}', 'my-app');
    const { text } = await trial.ask(url);
    const written = [...text.matchAll(/(?:content|href|src)="(\.[^"]*)"/g)].map(([, address]) => address!);
    for (const prefix of ['', '/ops', '/a/b']) {
      const reached = written.map((address) => new URL(address, `http://x${prefix}${url}`).pathname);
      expect(reached).toEqual([`${prefix}/`, `${prefix}/favicon.svg`, `${prefix}/assets/a.js`]);
    }
  });

  it.each([
    ['/', './'],
    ['/login', './'],
    ['/login/', '../'],
    ['/clients/x', '../'],
    ['/apps/a/b/releases', '../../../'],
  ])('%s: the root is %s', (path, way) => {
    expect(wayToRoot(path)).toBe(way);
  });

  it('takes GET and HEAD', async () => {
    const head = await trial.ask('/', { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    const post = await trial.ask('/', { method: 'POST' });
    expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  it('of a console that is not built says what to do', async () => {
    await using bare = await startTrial();
    const zh = await bare.ask('/', { headers: BROWSER });
    expect([zh.status, zh.headers['content-type']]).toEqual([503, 'text/plain; charset=utf-8']);
    expect(zh.text).toContain('npm run build:web');
    expect((await bare.ask('/', { headers: { 'accept-language': 'en' } })).text).toMatch(/^[ -~]+\n$/);
    expect((await bare.ask('/nothing', { headers: BROWSER })).status).toBe(404);
  });
});

describe('S-18 a file of the console', () => {
  it('with a hash in its name may be kept for ever, another is asked for again', async () => {
    const hashed = await trial.ask('/assets/index-Bx3_k9Qa.js');
    expect(hashed.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'Accept-Encoding',
    });
    expect(hashed.text).toBe(SCRIPT);
    expect((await trial.ask('/favicon.svg')).headers['cache-control']).toBe('no-cache');
  });

  it('is not sent again to whoever has it', async () => {
    const etag = String((await trial.ask('/favicon.svg')).headers.etag);
    const again = await trial.ask('/favicon.svg', { headers: { 'if-none-match': etag } });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await trial.ask('/favicon.svg', { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it.each([
    ['br', 'br', brotliDecompressSync],
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
  ])('is packed for whoever takes %s', async (accept, how, unpack) => {
    const url = `${trial.url}/assets/index-Bx3_k9Qa.js`;
    const plain = await trial.ask('/assets/index-Bx3_k9Qa.js');
    const { request } = await import('node:http');
    const [packed, headers] = await new Promise<[Buffer, Record<string, unknown>]>((resolve, reject) => {
      const asking = request(url, { headers: { 'accept-encoding': accept }, agent: false }, (response) => {
        const chunks: Uint8Array[] = [];
        response.on('data', (chunk: Uint8Array) => chunks.push(chunk));
        response.on('end', () => resolve([Buffer.concat(chunks), response.headers]));
      });
      asking.on('error', reject);
      asking.end();
    });
    expect(headers['content-encoding']).toBe(how);
    expect(headers['etag']).not.toBe(plain.headers.etag);
    expect(packed.length).toBeLessThan(SCRIPT.length / 10);
    expect(unpack(packed).toString()).toBe(SCRIPT);
  });

  it('that is small is sent as it is', async () => {
    const answer = await trial.ask('/favicon.svg', { headers: { 'accept-encoding': 'br, gzip' } });
    expect(answer.headers['content-encoding']).toBeUndefined();
  });

  it.each(['/index.html', '/.hidden', '/passwd.txt', '/assets', '/assets/', '/Favicon.svg', '/favicon.svg/'])(
    'is not %s: exact names, no links, nothing hidden',
    async (path) => expect((await trial.ask(path)).status).toBe(404),
  );

  it('cannot be left by a path', async () => {
    for (const path of [
      '/assets/../../etc/passwd',
      '/assets/..%2f..%2fetc/passwd',
      '/..%5c..%5cetc/passwd',
    ]) {
      expect((await trial.ask(path)).status).toBe(400);
    }
  });
});

it('a directory full of other things is not read into memory', async () => {
  const crowd = await mkdtemp(join(tmpdir(), 'ops-crowd-'));
  await Promise.all(Array.from({ length: 1001 }, (_, n) => writeFile(join(crowd, `${n}.txt`), '')));
  await expect(loadWebFiles(webDirectory(crowd))).rejects.toThrow(/more than 1000 files/);
  await rm(crowd, { recursive: true, force: true });
});

it('a form that the build has packed is handed out as it is, and is no file of its own', async () => {
  const place = await mkdtemp(join(tmpdir(), 'ops-packed-'));
  await writeFile(join(place, 'a.js'), SCRIPT);
  await writeFile(join(place, 'a.js.br'), 'packed by the build');
  const { files } = await loadWebFiles(webDirectory(place));
  expect([...files.keys()]).toEqual(['/a.js']);
  expect(String(await files.get('/a.js')!.packed('br'))).toBe('packed by the build');
  expect(String(await files.get('/a.js')!.packed('gzip'))).not.toBe('packed by the build');
  await rm(place, { recursive: true, force: true });
});

it('packing is done once for all who ask', async () => {
  const { files } = await loadWebFiles(webDirectory(directory));
  const file = files.get('/assets/index-Bx3_k9Qa.js')!;
  const [one, other] = await Promise.all([file.packed('br'), file.packed('br')]);
  expect(one).toBe(other);
});
