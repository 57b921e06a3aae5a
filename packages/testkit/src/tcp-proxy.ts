/**
 * A TCP proxy that does to a connection what networks do: cut, silence in one or both ways, delay, byte by byte.
 * Silence holds bytes back instead of dropping them, as TCP does: after `pass` they arrive.
 */
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

import { sleep, systemClock } from '@ops/runtime/clock.ts';

/** What happens to bytes of one direction: passed on, held back, passed on after `delayMs`, one write for each byte. */
export type Way = 'pass' | 'silent' | 'bytewise' | { readonly delayMs: number };

export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Pairs of sockets that are open now. */
  readonly open: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Sets one way or both, for living and later connections. */
  set(ways: { readonly toServer?: Way; readonly toClient?: Way }): void;
  /** Resets every open connection at both ends; new ones are welcome. */
  cut(): void;
  /** While true a new connection is reset as soon as it is accepted. */
  refuse(on: boolean): void;
  close(): Promise<void>;
}

export interface TcpProxyOptions {
  /** Where the real server listens. */
  readonly target: { readonly host?: string; readonly port: number };
  readonly host?: string;
  readonly port?: number;
}

const HELD_POLL_MS = 5;

export async function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const { host = '127.0.0.1', target } = options;
  const ways: { toServer: Way; toClient: Way } = { toServer: 'pass', toClient: 'pass' };
  const pairs = new Set<readonly [Socket, Socket]>();
  let accepted = 0;
  let refusing = false;

  /** Carries one direction until either socket is gone. */
  async function carry(from: Socket, to: Socket, direction: 'toServer' | 'toClient'): Promise<void> {
    let chain = Promise.resolve();
    for await (const chunk of from.iterator({ destroyOnReturn: false })) {
      const arrived = systemClock.mono();
      // Chunks wait in a row, so that a delay is latency and not a limit of throughput.
      const done = chain.then(() => pass(chunk, arrived));
      chain = done;
      if (typeof ways[direction] !== 'object') await done;
    }
    await chain;
    to.end();

    async function pass(chunk: Buffer, arrived: number): Promise<void> {
      while (ways[direction] === 'silent' && !to.destroyed) await sleep(systemClock, HELD_POLL_MS);
      const way = ways[direction];
      if (typeof way === 'object') await sleep(systemClock, arrived + way.delayMs - systemClock.mono());
      const size = way === 'bytewise' ? 1 : chunk.length;
      for (let at = 0; at < chunk.length && !to.destroyed; at += size) {
        await new Promise<void>((resolve) => to.write(chunk.subarray(at, at + size), () => resolve()));
      }
    }
  }

  const listener = createServer({ allowHalfOpen: true }, (client) => {
    accepted++;
    if (refusing) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ host: '127.0.0.1', ...target, allowHalfOpen: true });
    const pair = [client, server] as const;
    pairs.add(pair);
    for (const [socket, other] of [pair, [server, client]] as const) {
      socket.setNoDelay(true);
      socket.on('error', () => other.resetAndDestroy());
      socket.on('close', () => {
        pairs.delete(pair);
        if (!other.writableEnded) other.destroy();
      });
    }
    carry(client, server, 'toServer').catch(() => server.destroy());
    carry(server, client, 'toClient').catch(() => client.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(options.port ?? 0, host, resolve);
  });
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('listening, but not on a TCP port');

  const cut = (): void => {
    for (const [client, server] of pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  };
  return {
    host,
    port: address.port,
    get open() {
      return pairs.size;
    },
    get accepted() {
      return accepted;
    },
    set(change) {
      Object.assign(ways, change);
    },
    cut,
    refuse(on) {
      refusing = on;
    },
    close() {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      cut();
      return closed;
    },
  };
}
