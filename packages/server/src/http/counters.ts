/** What the HTTP side counts since the start, for /metrics. Plain numbers; whoever renders them gives them names. */
export const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;
export type StatusClass = (typeof STATUS_CLASSES)[number];

/** `slow`: more waited for the reader than may wait. `left`: the reader went away. */
export const STREAM_ENDS = ['left', 'slow', 'session_ended', 'shutdown'] as const;
export type StreamEnd = (typeof STREAM_ENDS)[number];

export interface HttpCounters {
  readonly requests: Record<StatusClass, number>;
  readonly streamsOpened: { count: number };
  /** Answers of long polls: a console asks for them where a proxy lets no stream through. */
  readonly polls: { count: number };
  readonly streamsClosed: Record<StreamEnd, number>;
  /** Connections refused because there were too many. */
  readonly socketsDropped: { count: number };
  /** Requests that were not HTTP, too slow, or with too large a head. */
  readonly malformed: { count: number };
}

export function createHttpCounters(): HttpCounters {
  return {
    requests: { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 },
    streamsOpened: { count: 0 },
    polls: { count: 0 },
    streamsClosed: { left: 0, slow: 0, session_ended: 0, shutdown: 0 },
    socketsDropped: { count: 0 },
    malformed: { count: 0 },
  };
}

export function statusClass(status: number): StatusClass {
  return STATUS_CLASSES[Math.floor(status / 100) - 1] ?? '5xx';
}
