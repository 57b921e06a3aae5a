/** Knocks at the TCP port and listens to the first frame, as a client does, then leaves. */
import { connect } from 'node:net';

import { FrameReader } from '@ops/protocol/wire/frame.ts';
import { FRAME_LIMITS, readMessage } from '@ops/protocol/wire/messages.ts';
import type { Clock } from '@ops/runtime/clock.ts';

/** The server speaks at once. */
export const KNOCK_DEADLINE_MS = 2_000;

export type Knocked =
  /** Nobody listens, or nobody can be reached: the code of the system. */
  | { readonly kind: 'closed'; readonly code: string }
  /** One of ours; no id from one that is full. */
  | { readonly kind: 'ours'; readonly serverId: string | undefined }
  /** Somebody accepts and says something else, or nothing. */
  | { readonly kind: 'other' };

export interface KnockOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly deadlineMs?: number;
}

/** Never rejects. */
export function knock({ host, port, clock, deadlineMs = KNOCK_DEADLINE_MS }: KnockOptions): Promise<Knocked> {
  return new Promise((resolve) => {
    const reader = new FrameReader(FRAME_LIMITS.greeting);
    let connected = false;
    const socket = connect({ host, port });
    const finish = (knocked: Knocked): void => {
      deadline.cancel();
      socket.destroy();
      resolve(knocked);
    };
    const deadline = clock.after(deadlineMs, () =>
      finish(connected ? { kind: 'other' } : { kind: 'closed', code: 'ETIMEDOUT' }),
    );
    socket.once('connect', () => (connected = true));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      finish(connected ? { kind: 'other' } : { kind: 'closed', code: error.code ?? 'unknown error' }),
    );
    socket.once('close', () => finish({ kind: 'other' }));
    socket.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
        const body = reader.next();
        if (!body) return;
        const message = readMessage(body, 'server', 'greeting');
        finish({ kind: 'ours', serverId: 'server_id' in message ? message.server_id : undefined });
      } catch {
        finish({ kind: 'other' });
      }
    });
  });
}
