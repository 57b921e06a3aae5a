/**
 * Sockets for clients: the only file of the server that listens for them. Plain TCP, or TLS 1.3 when there is a
 * certificate. Knows no messages.
 */
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';

import { CHANNEL_BINDING_BYTES, CHANNEL_BINDING_LABEL } from '@ops/protocol/wire/handshake.ts';
import { HANDSHAKE_DEADLINE_MS } from '@ops/protocol/wire/limits.ts';

import { plainAddress } from '../auth/client-address.ts';
import type { ByteSocket } from './byte-socket.ts';
import { KEEP_ALIVE_MS, LISTEN_BACKLOG } from './limits.ts';

export interface TlsIdentity {
  /** PEM. */
  readonly cert: string | Buffer;
  /** PEM. */
  readonly key: string | Buffer;
}

/** Told what becomes of one accepted socket. */
export interface Guest {
  /** The socket may speak. @param channelBinding 32 exporter bytes under TLS */
  greet(socket: ByteSocket, channelBinding: Buffer | undefined): void;
}

export interface ListenerNeeds {
  readonly bindAddr: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly tls?: TlsIdentity | undefined;
  /** At once when accepted, before any TLS. @returns undefined when it was closed again */
  readonly onSocket: (socket: ByteSocket, address: string | undefined) => Guest | undefined;
  /** A socket could not be accepted: no file descriptors are left, or the network says so. Listening goes on. */
  readonly onAcceptError: (error: Error) => void;
}

export interface Listener {
  /** @throws the error of node:net: EADDRINUSE, EACCES, EADDRNOTAVAIL */
  listen(): Promise<{ readonly port: number }>;
  /** Accepts no more; resolves when every socket is closed. Harmless before `listen`. */
  close(): Promise<void>;
  readonly listening: boolean;
}

const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };

export function createListener(needs: ListenerNeeds): Listener {
  const server = needs.tls ? tlsServer(needs, needs.tls) : plainServer(needs);
  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: needs.bindAddr, port: needs.port, backlog: LISTEN_BACKLOG }, () => {
          server.off('error', reject);
          server.on('error', needs.onAcceptError);
          const address = server.address();
          resolve({ port: typeof address === 'object' && address ? address.port : needs.port });
        });
      }),
    close: () => new Promise((resolve) => void server.close(() => resolve())),
    get listening() {
      return server.listening;
    },
  };
}

const addressOf = (socket: Socket): string | undefined =>
  socket.remoteAddress === undefined ? undefined : plainAddress(socket.remoteAddress);

function plainServer(needs: ListenerNeeds): Server {
  return createServer(SOCKET_OPTIONS, (socket) => {
    needs.onSocket(socket, addressOf(socket))?.greet(socket, undefined);
  });
}

/** RFC 9266. @returns undefined when the peer left in this very moment */
function bindingOf(socket: TLSSocket): Buffer | undefined {
  try {
    return socket.exportKeyingMaterial(CHANNEL_BINDING_BYTES, CHANNEL_BINDING_LABEL, Buffer.alloc(0));
  } catch {
    return undefined;
  }
}

const from = (socket: Socket): string => `${socket.remoteAddress}|${socket.remotePort}`;

/** One guest for each TLS handshake under way, found again by where it comes from. */
function tlsServer(needs: ListenerNeeds, tls: TlsIdentity): Server {
  const guests = new Map<string, Guest>();
  const server = createTlsServer({
    ...SOCKET_OPTIONS,
    ...tls,
    minVersion: 'TLSv1.3',
    handshakeTimeout: HANDSHAKE_DEADLINE_MS,
  });
  server.on('connection', (socket: Socket) => {
    const guest = needs.onSocket(socket, addressOf(socket));
    if (!guest) return;
    const key = from(socket);
    guests.set(key, guest);
    socket.once('close', () => {
      if (guests.get(key) === guest) guests.delete(key);
    });
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    const guest = guests.get(from(socket));
    guests.delete(from(socket));
    const binding = bindingOf(socket);
    if (guest && binding) guest.greet(socket, binding);
    else socket.destroy();
  });
  // A failed handshake closes its own socket; there is nobody to tell.
  server.on('tlsClientError', (_error, socket) => void socket.destroy());
  return server;
}
