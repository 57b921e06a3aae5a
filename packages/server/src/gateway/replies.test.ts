import { expect, it } from 'vitest';

import { errorBody, HeartbeatAcks } from './replies.ts';

it.each([
  [1_756_540_800_000, 1_756_540_800_001, 1_756_540_800_001, 1_756_540_799_999, 1_756_540_799_999.9],
  [1_999_999_999_999, 2_000_000_000_000, 1_000_000_000_000, 9_999_999_999_999],
  [0, 999_999_999_999, 1_756_540_800_000, 10_000_000_000_000, 1_756_540_800_007],
])('heartbeats are answered with the time of now, whatever it was before', (...times) => {
  const acks = new HeartbeatAcks();
  const bodies = times.map((time) => acks.body(time).toString());
  expect(bodies).toEqual(
    times.map((time) => JSON.stringify({ type: 'heartbeat_ack', server_time: Math.floor(time) })),
  );
});

it('an error text is cut to what the protocol allows', () => {
  const { message }: { message: string } = JSON.parse(errorBody('protocol', 'x'.repeat(2000)).toString());
  expect(message).toHaveLength(512);
});
