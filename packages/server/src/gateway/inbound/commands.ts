/**
 * What a client tells about its commands: accepted, output, result. Whose command it is, and what a repetition means, the
 * commands decide; here is how fast it may come. Output is never refused for its speed: the client has to wait.
 */
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { WireError } from '@ops/protocol/wire/wire-error.ts';

import { MAX_COMMAND_ANSWERS_PER_SEC, MAX_OUTPUT_HOLD_MS, OUTPUT_PACE_MS } from '../limits.ts';
import type { GatewayParts } from '../parts.ts';
import type { Peer } from './peer.ts';

function countAnswer(peer: Peer): void {
  if (!peer.answers.take(peer.lastFrameAt)) {
    throw new WireError('rate', `more than ${MAX_COMMAND_ANSWERS_PER_SEC} answers to commands a second`);
  }
}

export function commandAccepted(
  message: MessageOf<'command_accepted'>,
  peer: Peer,
  parts: GatewayParts,
): void {
  countAnswer(peer);
  parts.commands.accepted(peer.clientId, message);
}

export function commandResult(message: MessageOf<'command_result'>, peer: Peer, parts: GatewayParts): void {
  countAnswer(peer);
  parts.commands.result(peer.clientId, message);
}

export function commandOutput(message: MessageOf<'command_output'>, peer: Peer, parts: GatewayParts): void {
  const { clock, counters, commands } = parts;
  counters.outputFrames++;
  if (!peer.outputFrames.take(peer.lastFrameAt)) {
    peer.hold('pace');
    clock.after(OUTPUT_PACE_MS, () => peer.release('pace'));
  }
  const stored = commands.output(peer.clientId, message);
  if (stored) waitFor(stored, peer, parts);
}

/** Reads nothing more from the client until enough is stored, or it has waited long enough. */
function waitFor(stored: Promise<void>, peer: Peer, { clock, counters, log }: GatewayParts): void {
  let waits = true;
  const goOn = (): void => {
    if (!waits) return;
    waits = false;
    patience.cancel();
    peer.release('output');
  };
  counters.outputHeld++;
  peer.hold('output');
  const patience = clock.after(MAX_OUTPUT_HOLD_MS, goOn);
  stored.then(goOn, (error: unknown) => {
    log.warn('output of a command could not be stored; its client will send it again', {
      client: peer.clientId,
      error,
    });
    goOn();
  });
}
