import type { EventData, EventName } from '@ops/protocol/http/events.ts';

/**
 * One server-sent event as text (HTML Living Standard, 9.2.5). JSON holds no line break, so the data is one line.
 * @param id what a reader resumes from; without it the reader keeps the one before
 */
export function eventFrame<N extends EventName>(name: N, data: EventData[N], id?: string): string {
  const line = id === undefined ? '' : `id: ${id}\n`;
  return `${line}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
