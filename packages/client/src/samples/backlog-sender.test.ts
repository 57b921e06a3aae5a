import type { TimedSample } from '@ops/protocol/domain/sample.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { systemDisk } from '@ops/runtime/system-disk.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, onTestFinished, test } from 'vitest';

import { createBacklogSender, firstFrame, SAMPLES_FRAME_BYTES } from './backlog-sender.ts';
import type { BacklogSender } from './backlog-sender.ts';
import { openSpool } from './spool.ts';
import type { Spool } from './spool.ts';

const at = (t: number): TimedSample => ({ t });
const times = (from: number, count: number): TimedSample[] =>
  Array.from({ length: count }, (_, i) => at(from + i));

async function given(samples: TimedSample[]): Promise<{
  spool: Spool;
  sender: BacklogSender;
  sent: MessageOf<'samples'>[];
}> {
  const directory = await tempDirectory('backlog');
  onTestFinished(() => directory.remove());
  const spool = await openSpool({
    disk: systemDisk,
    directory: directory.path,
    log: silentLog,
    resolutionSecs: 15,
  });
  for (const sample of samples) await spool.add([sample]);
  const sent: MessageOf<'samples'>[] = [];
  const send = (message: MessageOf<'samples'>): boolean => sent.push(message) > 0;
  return { spool, sent, sender: createBacklogSender({ spool, log: silentLog, resolutionSecs: 15, send }) };
}

const frames = (sent: unknown[], count: number) =>
  until(() => sent.length >= count, { what: `${count} frames` });
const empty = (spool: Spool) => until(() => !spool.backlog(), { what: 'the spool to be empty' });

describe('a frame', () => {
  test('holds at most 500 samples', () => {
    expect(firstFrame(times(0, 500), 1e9)).toHaveLength(500);
    expect(firstFrame(times(0, 501), 1e9)).toHaveLength(500);
  });

  test('is bounded in bytes, but holds at least one sample', () => {
    const big: TimedSample = {
      t: 1,
      disks: Array.from({ length: 100 }, () => ({
        mount: 'm'.repeat(250),
        filesystem: 'x',
        total: 1,
        used: 1,
      })),
    };
    expect(firstFrame([big, big, big], SAMPLES_FRAME_BYTES)).toHaveLength(2);
    expect(firstFrame([big], 4096)).toHaveLength(1);
  });
});

describe('the backlog', () => {
  test('is sent oldest first, one frame at a time, until nothing waits', async () => {
    const { spool, sender, sent } = await given(times(1, 300));
    sender.ready(4096);
    await frames(sent, 1);
    const seen: number[] = [];
    while (spool.backlog()) {
      const before = sent.length;
      const frame = sent.at(-1)!;
      expect(Buffer.byteLength(JSON.stringify(frame))).toBeLessThanOrEqual(4096);
      expect(frame.resolution_secs).toBe(15);
      seen.push(...frame.samples.map(({ t }) => t));
      sender.acknowledged(frame.samples.at(-1)!.t);
      await until(() => sent.length > before || !spool.backlog(), { what: 'the next frame' });
    }
    expect(seen).toEqual(times(1, 300).map(({ t }) => t));
  });

  test('that was not acknowledged is sent again on the next link', async () => {
    const { spool, sender, sent } = await given(times(1, 3));
    sender.ready(1e6);
    await frames(sent, 1);
    sender.down();
    sender.acknowledged(3);
    expect(spool.backlog()).toMatchObject({ count: 3 });
    sender.ready(1e6);
    await frames(sent, 2);
    expect(sent[1]).toEqual(sent[0]);
    sender.acknowledged(3);
    await empty(spool);
  });

  test('that was stored in part is sent from there on', async () => {
    const { spool, sender, sent } = await given(times(1, 5));
    sender.ready(1e6);
    await frames(sent, 1);
    sender.acknowledged(2);
    await frames(sent, 2);
    expect(sent[1]!.samples.map(({ t }) => t)).toEqual([3, 4, 5]);
    sender.acknowledged(99);
    await empty(spool);
  });

  test('is not sent in a loop to a server that stores nothing', async () => {
    const { spool, sender, sent } = await given(times(10, 2));
    sender.ready(1e6);
    await frames(sent, 1);
    sender.acknowledged(5);
    sender.acknowledged(5);
    await spool.add([]);
    expect(sent).toHaveLength(1);
    expect(spool.backlog()).toMatchObject({ count: 2 });
  });

  test('of a clock that was set back is done when its last sample is stored', async () => {
    const { spool, sender, sent } = await given([at(1000), at(1015), at(400), at(415)]);
    sender.ready(1e6);
    await frames(sent, 1);
    sender.acknowledged(415);
    await empty(spool);
    expect(sent).toHaveLength(1);
  });

  test('nothing waiting, nothing sent', async () => {
    const { spool, sender, sent } = await given([]);
    sender.ready(1e6);
    await spool.add([]);
    sender.acknowledged(1);
    expect(sent).toEqual([]);
  });
});
