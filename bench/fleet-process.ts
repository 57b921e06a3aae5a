/** The simulated clients in a process of their own, steered over IPC by remote-fleet.ts. */
import { startFleet } from '@ops/testkit/fleet.ts';
import type { Fleet } from '@ops/testkit/fleet.ts';

import { isQuestion } from './ask.ts';
import type { Answer, FleetQuestion } from './ask.ts';

let fleet: Fleet | undefined;

async function answer(question: FleetQuestion): Promise<unknown> {
  switch (question.ask) {
    case 'start':
      fleet = startFleet(question.about);
      return true;
    case 'report':
      return fleet?.report();
    case 'reset-round-trips':
      fleet?.resetRoundTrips();
      return true;
    case 'all-ready':
      await fleet?.allReady({ within: question.about.withinMs });
      return true;
    default:
      throw new Error('a question that is not known here');
  }
}

process.on('message', (message) => {
  // The probe in this process answers for the loop.
  if (!isQuestion(message) || message.ask === 'loop-reset' || message.ask === 'spawn-uptime') return;
  const { number } = message;
  answer(message).then(
    (value) => process.send?.({ number, answer: value } satisfies Answer<unknown>),
    (cause: unknown) =>
      process.send?.({ number, answer: null, failure: String(cause) } satisfies Answer<null>),
  );
});
// The probe lets go of the channel, which here is what keeps the process alive.
process.channel?.ref();
process.once('disconnect', () => process.exit(0));
console.log('fleet process ready');
