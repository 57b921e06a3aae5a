/** What the server asks for, and until when it may be started. */
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import { actionText } from '../apps/actions.ts';
import type { AppAction } from '../apps/actions.ts';
import type { ServerClock } from '../link/server-clock.ts';

export type OrderMessage = MessageOf<'command'> | MessageOf<'service'> | MessageOf<'update'>;

export interface Order {
  readonly commandId: string;
  readonly seq: number;
  /** As it is journalled and logged. */
  readonly text: string;
  readonly timeoutMs: number;
  /** On our monotonic clock. */
  readonly startBy: number;
  /** What it asks of an application; undefined for a command. */
  readonly action: AppAction | undefined;
}

function actionOf(message: OrderMessage): AppAction | undefined {
  if (message.type === 'command') return undefined;
  if (message.type === 'service') return { appName: message.app_name, verb: message.action };
  return { appName: message.app_name, verb: 'update', version: message.version };
}

function textOf(message: OrderMessage, action: AppAction | undefined): string {
  if (message.type === 'command') return message.command;
  return action ? actionText(action) : '';
}

/**
 * Its age is told by the server's clock as far as we know it, and at most: after a standstill of this host an order must
 * rather be taken for too old than for fresh.
 */
export function readOrder(message: OrderMessage, clock: Clock, serverClock: ServerClock): Order {
  const age = Math.max(0, (serverClock.latest() ?? message.sent_at) - message.sent_at);
  const action = actionOf(message);
  return {
    commandId: message.command_id,
    seq: message.seq,
    text: textOf(message, action),
    timeoutMs: message.timeout_secs * 1000,
    startBy: clock.mono() + message.start_within_ms - age,
    action,
  };
}
