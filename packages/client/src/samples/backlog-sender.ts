/**
 * Hands the kept samples to the server once the link is ready again: oldest first, one frame at a time, the next one
 * when the server has stored the one before.
 */
import type { TimedSample } from '@ops/protocol/domain/sample.ts';
import { MAX_SAMPLES_PER_FRAME } from '@ops/protocol/wire/limits.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { Spool } from './spool.ts';

/** A heartbeat may have to wait for one frame: at 64 kbit/s this is 8 s, less than the server's silence is borne. */
export const SAMPLES_FRAME_BYTES = 64 * 1024;
/** For the braces and names around the samples. */
const FRAME_HEAD_BYTES = 256;

export interface BacklogSenderNeeds {
  readonly spool: Spool;
  readonly log: Log;
  readonly resolutionSecs: number;
  /** @returns false when the link is not ready */
  readonly send: (message: MessageOf<'samples'>) => boolean;
}

export interface BacklogSender {
  /** The link is ready. @param maxFrameBytes the largest body the server takes */
  ready(maxFrameBytes: number): void;
  /** The link is down: what was under way counts as not sent. */
  down(): void;
  /** `samples_ack`. @param to time up to which the server has stored what was sent */
  acknowledged(to: number): void;
}

/** As many of the first samples as fit; at least one. */
export function firstFrame(samples: readonly TimedSample[], maxBytes: number): readonly TimedSample[] {
  let bytes = FRAME_HEAD_BYTES;
  let count = 0;
  while (count < samples.length && count < MAX_SAMPLES_PER_FRAME) {
    bytes += Buffer.byteLength(JSON.stringify(samples[count])) + 1;
    if (bytes > maxBytes && count > 0) break;
    count++;
  }
  return samples.slice(0, count);
}

/** How many of the samples sent the server has stored. The last one's time stands for all, also when the clock jumped. */
function stored(sent: readonly TimedSample[], to: number): number {
  const last = sent.at(-1);
  if (last && to >= last.t) return sent.length;
  const open = sent.findIndex(({ t }) => t > to);
  return open < 0 ? sent.length : open;
}

export function createBacklogSender({ spool, log, resolutionSecs, send }: BacklogSenderNeeds): BacklogSender {
  /** Counts links; an answer for an earlier one is of no use. */
  let turn = 0;
  let maxBytes = SAMPLES_FRAME_BYTES;
  let underWay: readonly TimedSample[] | undefined;
  let delivered = 0;

  async function sendNext(): Promise<void> {
    const mine = turn;
    const samples = await spool.oldest();
    if (mine !== turn) return;
    if (!samples) {
      if (delivered > 0)
        log.info('Samples kept while the link was down are delivered', { samples: delivered });
      delivered = 0;
      return;
    }
    const frame = firstFrame(samples, maxBytes);
    underWay = frame;
    send({ type: 'samples', resolution_secs: resolutionSecs, samples: [...frame] });
  }

  return {
    ready(maxFrameBytes) {
      turn++;
      maxBytes = Math.min(SAMPLES_FRAME_BYTES, maxFrameBytes);
      underWay = undefined;
      void sendNext();
    },
    down() {
      turn++;
      underWay = undefined;
    },
    acknowledged(to) {
      if (!underWay) return;
      const count = stored(underWay, to);
      underWay = undefined;
      // A server that stored nothing will not do better at once: the next link tries again.
      if (count === 0) return;
      delivered += count;
      void spool.drop(count).then(sendNext);
    },
  };
}
