/**
 * Makes connections to the server: the only file of the client with sockets.
 *
 * The name is looked up anew at each attempt. TLS is 1.3 with the certificate checked against an authority, or against
 * a pinned fingerprint, before a byte of ours is sent. Keep-alive is only a net below the heartbeats: the kernel alone
 * would keep a dead connection for minutes, or for ever.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, isIP } from 'node:net';
import type { Socket, TcpNetConnectOpts } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';

import { CHANNEL_BINDING_BYTES, CHANNEL_BINDING_LABEL } from '@ops/protocol/wire/handshake.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import { describeError, errorCode, LinkFailure } from './failure.ts';
import type { Dial, Wire, WireEvents } from './wire.ts';

/** Name lookup, TCP and TLS together. Linux alone gives up on a silent host after about 130 s. */
export const CONNECT_DEADLINE_MS = 10_000;
/** A name with several addresses: each but the last gets this long. Node's own 250 ms fail on slow links. */
const ADDRESS_ATTEMPT_MS = 2_500;
const KEEP_ALIVE_MS = 15_000;

export interface DialTarget {
  readonly host: string;
  readonly port: number;
  /** Absent: not encrypted. With neither field the authorities known to Node decide. */
  readonly tls?: {
    /** PEM file; read at each attempt, so that a renewed one is found. */
    readonly caFile?: string | undefined;
    /** `sha256:` and 64 hex digits. */
    readonly fingerprint?: string | undefined;
  };
}

export function createDial(target: DialTarget, clock: Clock): Dial {
  return async (signal) => {
    const options: TcpNetConnectOpts = {
      host: target.host,
      port: target.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
    };
    if (!target.tls) return wireOf(await established(connect(options), 'connect', signal, clock), undefined);
    return secure(target.host, target.tls, options, signal, clock);
  };
}

/** Resolves when the socket says it is connected. @throws LinkFailure; the socket is then destroyed */
function established<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
  clock: Clock,
): Promise<S> {
  return new Promise((resolve, reject) => {
    const finish = (failure: LinkFailure | undefined): void => {
      deadline.cancel();
      signal.removeEventListener('abort', aborted);
      socket.off('error', failed);
      if (!failure) return resolve(socket);
      // What else the socket has to say about its end is of no interest.
      socket.on('error', () => {});
      socket.destroy();
      reject(failure);
    };
    const failed = (error: Error): void => finish(dialFailure(error));
    const aborted = (): void => finish(new LinkFailure('unreachable', 'Stopped'));
    const deadline = clock.after(CONNECT_DEADLINE_MS, () =>
      finish(new LinkFailure('unreachable', describeError({ code: 'ETIMEDOUT' }))),
    );
    socket.once('error', failed);
    socket.once(event, () => finish(undefined));
    signal.addEventListener('abort', aborted, { once: true });
    if (signal.aborted) aborted();
  });
}

/** Codes of OpenSSL and Node that tell of the certificate, not of the network. */
const CERTIFICATE = /CERT|SIGNATURE|ISSUER|CRL|_CA$|^ERR_TLS|^ERR_SSL|^ERR_OSSL/;

function dialFailure(error: Error): LinkFailure {
  const code = errorCode(error);
  if (code === undefined || !CERTIFICATE.test(code))
    return new LinkFailure('unreachable', describeError(error), { cause: error });
  return new LinkFailure('untrusted', `The server's certificate or TLS was not accepted: ${error.message}`, {
    cause: error,
  });
}

async function secure(
  host: string,
  trust: NonNullable<DialTarget['tls']>,
  tcp: TcpNetConnectOpts,
  signal: AbortSignal,
  clock: Clock,
): Promise<Wire> {
  const { connect: connectTls } = await import('node:tls');
  const pin = trust.fingerprint;
  const ca = trust.caFile === undefined ? undefined : await authority(trust.caFile);
  const options: ConnectionOptions = {
    ...tcp,
    minVersion: 'TLSv1.3',
    ...(ca && { ca }),
    ...(isIP(host) === 0 && { servername: host }),
    // A pinned certificate needs no authority: its fingerprint is compared below, before anybody gets the socket.
    rejectUnauthorized: pin === undefined,
  };
  const socket = await established(connectTls(options), 'secureConnect', signal, clock);
  if (pin !== undefined) {
    const shown = certificateDigest(socket);
    if (!matchesPin(shown, pin)) {
      socket.on('error', () => {});
      socket.destroy();
      throw new LinkFailure(
        'untrusted',
        `The server's certificate is not the pinned one: it is sha256:${shown.toString('hex')}`,
      );
    }
  }
  const binding = socket.exportKeyingMaterial(CHANNEL_BINDING_BYTES, CHANNEL_BINDING_LABEL, Buffer.alloc(0));
  return wireOf(socket, Buffer.from(binding));
}

async function authority(path: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new LinkFailure(
      'untrusted',
      `The file with the authority cannot be read: ${path}: ${describeError(cause)}`,
      { cause },
    );
  }
}

function certificateDigest(socket: TLSSocket): Buffer {
  const { raw } = socket.getPeerX509Certificate() ?? {};
  return createHash('sha256')
    .update(raw ?? '')
    .digest();
}

function matchesPin(shown: Buffer, pin: string): boolean {
  const wanted = Buffer.from(pin.replace(/^sha256:/i, '').replaceAll(':', ''), 'hex');
  return wanted.length === shown.length && timingSafeEqual(wanted, shown);
}

function wireOf(socket: Socket, binding: Buffer | undefined): Wire {
  let error: Error | undefined;
  // From now on the socket is ours: an error before anybody reads must not end the program.
  socket.on('error', (cause) => (error ??= cause));
  return {
    mode: binding ? 'tls' : 'plain',
    channelBinding: binding ?? Buffer.alloc(0),
    get unsent() {
      return socket.writableLength;
    },
    open(events: WireEvents) {
      socket.on('data', (chunk: Buffer) => events.data(chunk));
      socket.on('drain', () => events.drained());
      if (socket.closed) queueMicrotask(() => events.closed(error));
      else socket.once('close', () => events.closed(error));
    },
    write(bytes) {
      if (!socket.destroyed) socket.write(bytes);
    },
    end() {
      socket.end();
    },
    destroy() {
      socket.destroy();
    },
  };
}
