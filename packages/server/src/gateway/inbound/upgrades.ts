/**
 * What a client tells about its way to another release, and the parts of an archive it asks for. Whether it may, the
 * upgrades decide; here is how fast it may come. While a part is read from the disk nothing is read from the client, so
 * that one part at a time is on its way to it.
 */
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { writeMessage } from '@ops/protocol/wire/messages.ts';
import { WireError } from '@ops/protocol/wire/wire-error.ts';

import { Allowance } from '../allowance.ts';
import { MAX_UPGRADE_PARTS_PER_SEC, MAX_UPGRADE_STATUSES_PER_SEC, UPGRADE_PACE_MS } from '../limits.ts';
import type { GatewayParts } from '../parts.ts';
import type { Peer } from './peer.ts';

const SECOND_MS = 1000;

/** How much a client that is being upgraded may still ask and tell. */
interface Upgrading {
  readonly parts: Allowance;
  readonly statuses: Allowance;
}

/** Not a field of every connection: of ten thousand a few are upgraded. */
const upgrading = new WeakMap<Peer, Upgrading>();

function allowancesOf(peer: Peer): Upgrading {
  const known = upgrading.get(peer) ?? {
    parts: new Allowance(MAX_UPGRADE_PARTS_PER_SEC, SECOND_MS, peer.lastFrameAt),
    statuses: new Allowance(MAX_UPGRADE_STATUSES_PER_SEC, SECOND_MS, peer.lastFrameAt),
  };
  upgrading.set(peer, known);
  return known;
}

/** @throws WireError when it comes too often */
export function upgradeStatus(message: MessageOf<'upgrade_status'>, peer: Peer, parts: GatewayParts): void {
  if (!allowancesOf(peer).statuses.take(peer.lastFrameAt))
    throw new WireError('rate', `more than ${MAX_UPGRADE_STATUSES_PER_SEC} upgrade_status a second`);
  parts.upgrades.status(peer.clientId, message);
}

export function upgradeFetch(message: MessageOf<'upgrade_fetch'>, peer: Peer, parts: GatewayParts): void {
  const { clock, upgrades, log } = parts;
  peer.hold('upgrade');
  const isSlowed = !allowancesOf(peer).parts.take(peer.lastFrameAt);
  const answer = async (): Promise<void> => {
    try {
      const data = await upgrades.part(peer.clientId, message);
      const { upgrade_id, offset } = message;
      peer.send(writeMessage({ type: 'upgrade_part', upgrade_id, offset, data: data.toString('base64') }));
    } catch (error) {
      log.error('a part of an archive could not be sent', { client: peer.clientId, error });
    }
    peer.release('upgrade');
  };
  if (isSlowed) clock.after(UPGRADE_PACE_MS, () => void answer());
  else void answer();
}
