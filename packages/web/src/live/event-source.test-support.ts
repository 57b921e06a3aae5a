import type { ClientSummary } from '@ops/protocol/http/clients.ts';
import type { EventData, EventName } from '@ops/protocol/http/events.ts';

/** An EventSource whose server is the test. */
export class FakeEventSource extends EventTarget {
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSED = 2;
  readyState: 0 | 1 | 2 = 0;
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
  }

  close(): void {
    this.readyState = 2;
  }

  says<N extends EventName>(name: N, data: EventData[N]): void {
    if (this.readyState === 2) return;
    this.readyState = 1;
    const lastEventId = 'event_id' in data ? data.event_id : '';
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data), lastEventId }));
  }

  /** The connection broke; a browser comes back by itself. */
  breaks(): void {
    this.readyState = 0;
    this.dispatchEvent(new Event('error'));
  }

  /** The answer was not a stream; a browser gives up. */
  isRefused(): void {
    this.readyState = 2;
    this.dispatchEvent(new Event('error'));
  }
}

/** Where streams are opened. `opened` holds all of them, in order. */
export function fakeStreams(): {
  readonly opened: FakeEventSource[];
  readonly connect: (url: string) => EventSource;
} {
  const opened: FakeEventSource[] = [];
  return {
    opened,
    connect(url) {
      const source = new FakeEventSource(url);
      opened.push(source);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it does what the console asks of one
      return source as unknown as EventSource;
    },
  };
}

const ID_TAIL = '-0000-4000-8000-000000000000';

export function idOf(number: number): string {
  return number.toString(16).padStart(8, '0') + ID_TAIL;
}

export function clientNamed(
  hostname: string,
  number: number,
  more: Partial<ClientSummary> = {},
): ClientSummary {
  return {
    id: idOf(number),
    hostname,
    ip_addresses: [`10.0.0.${number}`],
    labels: {},
    status: 'online',
    late: false,
    conflict: false,
    encrypted: true,
    credential: 'shared_secret',
    client_version: '1.0.0',
    first_seen_ms: 0,
    last_seen_ms: 1000,
    connected_at_ms: 0,
    disconnected_at_ms: null,
    apps: 0,
    ...more,
  };
}
