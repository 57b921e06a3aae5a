import { createHash, X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer as createTcpServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';

import { systemClock } from '@ops/runtime/clock.ts';
import { startFakeServer } from '@ops/testkit/fake-server.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { selfMadeCertificate } from '@ops/testkit/self-made-certificate.ts';
import type { SelfMadeCertificate } from '@ops/testkit/self-made-certificate.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until, within } from '@ops/testkit/until.ts';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { CONNECT_DEADLINE_MS, createDial } from './dial.ts';
import { linkUnderTest } from './test-link.ts';

const never = new AbortController().signal;

function pinOf(certificate: SelfMadeCertificate): string {
  return `sha256:${createHash('sha256').update(new X509Certificate(certificate.cert).raw).digest('hex')}`;
}

/** A TCP listener that never says a word. */
async function mute(): Promise<{ host: string; port: number; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const listener = createTcpServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        listener.close(() => resolve());
      }),
  );
  return { host: '127.0.0.1', port: portOf(listener), sockets };
}

async function file(text: string): Promise<string> {
  const directory = await tempDirectory('dial');
  onTestFinished(() => directory.remove());
  const path = join(directory.path, 'ca.pem');
  await writeFile(path, text);
  return path;
}

/** Listening on TCP, so the address is not the path of a pipe. */
function portOf(listener: Server): number {
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return address.port;
}

describe('plain TCP', () => {
  test('a closed port is a refused connection', async () => {
    const dial = createDial({ host: '127.0.0.1', port: 1 }, systemClock);
    await expect(dial(never)).rejects.toMatchObject({ kind: 'unreachable', message: 'Connection refused' });
  });

  test('a name nobody knows is told as such', async () => {
    const dial = createDial({ host: 'no-such-host.invalid', port: 1 }, systemClock);
    await expect(dial(never)).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/^(Name or service not known|Temporary failure in name resolution)$/),
    });
  });

  test('a host that says nothing is given up after 10 s, and the socket is closed', async () => {
    const clock = new ManualClock();
    const silent = await mute();
    const failed = createDial({ ...silent, tls: {} }, clock)(never).catch((cause: unknown) => cause);
    await until(() => silent.sockets.length === 1, { what: 'the connection' });
    const [socket] = silent.sockets;
    const closed = new Promise<void>((resolve) => socket!.once('close', () => resolve()));
    socket!.on('error', () => {});
    socket!.resume();
    clock.advance(CONNECT_DEADLINE_MS - 1);
    expect(clock.pending).toBe(1);
    clock.advance(1);
    expect(await failed).toMatchObject({ kind: 'unreachable', message: 'Connection timed out' });
    await within(closed, { what: 'the socket to close' });
    expect(clock.pending).toBe(0);
  });

  test('an attempt can be called off', async () => {
    const silent = await mute();
    const controller = new AbortController();
    const failed = createDial(
      { ...silent, tls: {} },
      systemClock,
    )(controller.signal).catch((cause: unknown) => cause);
    await until(() => silent.sockets.length === 1, { what: 'the connection' });
    controller.abort();
    expect(await failed).toMatchObject({ message: 'Stopped' });
    await expect(createDial(silent, systemClock)(controller.signal)).rejects.toMatchObject({
      message: 'Stopped',
    });
  });

  test('a connection that ended before anybody looked still tells so', async () => {
    const server = await startFakeServer();
    onTestFinished(() => server.close());
    const wire = await createDial(server, systemClock)(never);
    const connection = await server.connection();
    connection.reset();
    await connection.expectClosed();
    await until(() => wire.unsent === 0, { what: 'a turn of the loop' });
    const closed = new Promise<Error | undefined>((resolve) => {
      wire.open({ data() {}, drained() {}, closed: resolve });
    });
    expect(await within(closed, { what: 'the end' })).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('TLS (S-12)', () => {
  let certificate: SelfMadeCertificate;
  let other: SelfMadeCertificate;

  beforeAll(async () => {
    [certificate, other] = await Promise.all([selfMadeCertificate(), selfMadeCertificate()]);
  });

  async function tlsServer() {
    const server = await startFakeServer({ tls: certificate, secret: 'a shared secret' });
    onTestFinished(() => server.close());
    return server;
  }

  test('a self-made certificate is refused, without a byte of ours', async () => {
    const server = await tlsServer();
    await expect(
      createDial({ host: server.host, port: server.port, tls: {} }, systemClock)(never),
    ).rejects.toMatchObject({
      kind: 'untrusted',
      message: expect.stringContaining('certificate'),
    });
    expect(server.connections.flatMap((c) => c.received)).toEqual([]);
  });

  test('a certificate of another authority is refused', async () => {
    const server = await tlsServer();
    const tls = { caFile: await file(other.cert) };
    await expect(
      createDial({ host: server.host, port: server.port, tls }, systemClock)(never),
    ).rejects.toMatchObject({
      kind: 'untrusted',
    });
  });

  test('a certificate for another name is refused', async () => {
    const elsewhere = await selfMadeCertificate({ names: ['DNS:elsewhere.example'] });
    const server = await startFakeServer({ tls: elsewhere });
    onTestFinished(() => server.close());
    const tls = { caFile: await file(elsewhere.cert) };
    await expect(
      createDial({ host: server.host, port: server.port, tls }, systemClock)(never),
    ).rejects.toMatchObject({
      kind: 'untrusted',
    });
  });

  test('a pin that does not match is refused, and the log tells what the server showed', async () => {
    const server = await tlsServer();
    const tls = { fingerprint: pinOf(other) };
    await expect(
      createDial({ host: server.host, port: server.port, tls }, systemClock)(never),
    ).rejects.toMatchObject({
      kind: 'untrusted',
      message: expect.stringContaining(pinOf(certificate)),
    });
    expect(server.connections.flatMap((c) => c.received)).toEqual([]);
  });

  test('an older TLS is refused', async () => {
    const listener = createTlsServer({ ...certificate, maxVersion: 'TLSv1.2' });
    listener.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => {
      listener.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => new Promise<void>((resolve) => void listener.close(() => resolve())));
    const target = {
      host: '127.0.0.1',
      port: portOf(listener),
      tls: { fingerprint: pinOf(certificate) },
    };
    await expect(createDial(target, systemClock)(never)).rejects.toMatchObject({ kind: 'untrusted' });
  });

  test('a file with the authority that is gone is named', async () => {
    const tls = { caFile: '/nowhere/ca.pem' };
    await expect(createDial({ host: '127.0.0.1', port: 1, tls }, systemClock)(never)).rejects.toMatchObject({
      kind: 'untrusted',
      message: expect.stringContaining('/nowhere/ca.pem'),
    });
  });

  test.each([
    ['by its authority', async () => ({ caFile: await file(certificate.cert) })],
    ['by its fingerprint', async () => ({ fingerprint: pinOf(certificate) })],
    [
      'by its fingerprint as openssl prints it',
      async () => ({
        fingerprint: pinOf(certificate)
          .toUpperCase()
          .replace(/(?<=:.*)(..)(?=.)/g, '$1:'),
      }),
    ],
  ])('the right certificate is accepted %s, and the proof is bound to the channel', async (_, tls) => {
    const server = await tlsServer();
    const target = { host: server.host, port: server.port, tls: await tls() };
    const under = linkUnderTest({ target, secrets: ['a shared secret'] });
    under.link.start();
    const connection = await server.connection();
    await connection.admit();
    await until(() => under.link.state === 'ready', { what: 'the link to be ready' });
    expect(connection.channelBinding()).toHaveLength(32);
  });
});
