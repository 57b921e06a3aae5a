/** What a reader asked for, and whether an event is that. */
import type { EventTopic } from '@ops/protocol/http/events.ts';

import type { EventHead } from './ring.ts';
import type { ScopeName } from './scopes.ts';

export interface Wish {
  readonly topics: ReadonlySet<EventTopic>;
  /** Only this client. */
  readonly clientId?: string | undefined;
  /** Of commands and output only this command; beside `batchId` also that batch. */
  readonly commandId?: string | undefined;
  /** Of commands and batches only this batch; beside `commandId` also that command. */
  readonly batchId?: string | undefined;
}

/** The events of which only those that are listened to are kept. */
export function scopesOf({ topics, commandId, batchId }: Wish): readonly ScopeName[] {
  return [
    ...(topics.has('output') && commandId !== undefined ? [`output:${commandId}` as const] : []),
    ...(topics.has('command') && commandId !== undefined ? [`command:${commandId}` as const] : []),
    ...(topics.has('command') && batchId !== undefined ? [`batch:${batchId}` as const] : []),
  ];
}

export function wants(wish: Wish, event: EventHead): boolean {
  const { topics, clientId, commandId, batchId } = wish;
  if (!topics.has(event.topic)) return false;
  if (clientId !== undefined && event.clientId !== undefined && event.clientId !== clientId) return false;
  const isCommand = commandId !== undefined && event.commandId === commandId;
  const isOfBatch = batchId !== undefined && event.batchId === batchId;
  switch (event.topic) {
    case 'output':
      return isCommand;
    case 'command':
      // Those of a batch may be thousands: whoever wants them names it.
      if (commandId === undefined && batchId === undefined) return event.batchId === undefined;
      return isCommand || isOfBatch;
    case 'batch':
      // A batch is about many clients.
      return batchId === undefined ? clientId === undefined : isOfBatch;
    case 'rollout':
    case 'upgrade':
      // So are these.
      return clientId === undefined;
    case 'client':
    case 'app':
    case 'metrics':
    case 'window':
    case 'map':
      break;
  }
  return true;
}
