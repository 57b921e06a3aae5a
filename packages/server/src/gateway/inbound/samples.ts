/**
 * Readings a client kept while its link was down. An acknowledgement lets it drop everything up to a time, so frames are
 * stored in their order, one after the other, and after one that could not be stored nothing newer is acknowledged
 * until the client has sent that one again.
 */
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { writeMessage } from '@ops/protocol/wire/messages.ts';

import { MAX_WAITING_SAMPLES } from '../limits.ts';
import type { GatewayParts } from '../parts.ts';
import type { Peer } from './peer.ts';

export interface KeptSamples {
  /** Frames not stored yet. */
  waiting: number;
  /** Settles when all of them are. Never rejects. */
  last: Promise<void>;
  /** Client time of the oldest reading that could not be stored. */
  missingFrom: number | undefined;
}

export function samples(message: MessageOf<'samples'>, peer: Peer, parts: GatewayParts): void {
  const kept = (peer.kept ??= { waiting: 0, last: Promise.resolve(), missingFrom: undefined });
  kept.waiting++;
  if (kept.waiting >= MAX_WAITING_SAMPLES) peer.hold('samples');
  kept.last = kept.last
    .then(() => store(message, kept, peer, parts))
    .finally(() => {
      kept.waiting--;
      if (kept.waiting < MAX_WAITING_SAMPLES) peer.release('samples');
    });
}

async function store(
  message: MessageOf<'samples'>,
  kept: KeptSamples,
  peer: Peer,
  parts: GatewayParts,
): Promise<void> {
  const { counters, inbox, log } = parts;
  let from = Infinity;
  let to = 0;
  for (const { t } of message.samples) {
    from = Math.min(from, t);
    to = Math.max(to, t);
  }
  if (kept.missingFrom !== undefined && from > kept.missingFrom) return;
  try {
    await inbox.backlog(peer.clientId, message.samples);
    kept.missingFrom = undefined;
    counters.samplesStored++;
    peer.send(writeMessage({ type: 'samples_ack', to }));
  } catch (error) {
    kept.missingFrom = Math.min(from, kept.missingFrom ?? Infinity);
    counters.samplesFailed++;
    log.warn('kept samples could not be stored; the client will send them again', {
      client: peer.clientId,
      error,
    });
  }
}
