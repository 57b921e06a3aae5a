/** The newest events, numbered without gaps from 1, bounded by their number and by their bytes. */
import type { EventTopic } from '@ops/protocol/http/events.ts';

export interface KeptEvent {
  readonly number: number;
  readonly topic: EventTopic;
  /** What it is about: a client, a command, a batch. Undefined when it is about none, or about the fleet. */
  readonly clientId?: string | undefined;
  readonly commandId?: string | undefined;
  readonly batchId?: string | undefined;
  /** As it goes over the wire. */
  readonly frame: string;
  readonly bytes: number;
}

/** What decides who gets it. */
export type EventHead = Omit<KeptEvent, 'number' | 'frame' | 'bytes'>;

export interface EventRing {
  /** Number of the newest event, 0 before the first. */
  readonly newest: number;
  /** Number of the oldest event still kept, `newest + 1` when there is none. */
  readonly oldest: number;
  /** @param frame makes the wire form from the number it gets */
  add(event: EventHead, frame: (number: number) => string): void;
  /** Undefined for what is not kept any more or has not happened yet. */
  at(number: number): KeptEvent | undefined;
}

export function createEventRing(limits: { readonly events: number; readonly bytes: number }): EventRing {
  const slots: (KeptEvent | undefined)[] = Array.from({ length: limits.events });
  let newest = 0;
  let oldest = 1;
  let bytes = 0;

  function dropOldest(): void {
    const slot = oldest % limits.events;
    bytes -= slots[slot]?.bytes ?? 0;
    slots[slot] = undefined;
    oldest++;
  }

  return {
    get newest() {
      return newest;
    },
    get oldest() {
      return oldest;
    },
    add(event, frame) {
      const number = newest + 1;
      const text = frame(number);
      const size = Buffer.byteLength(text);
      while (oldest <= newest && (number - oldest >= limits.events || bytes + size > limits.bytes))
        dropOldest();
      newest = number;
      slots[number % limits.events] = { ...event, number, frame: text, bytes: size };
      bytes += size;
    },
    at(number) {
      return number >= oldest && number <= newest ? slots[number % limits.events] : undefined;
    },
  };
}
