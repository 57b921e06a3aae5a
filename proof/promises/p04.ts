/** P4: every command reaches one final state: five minutes of everything that goes wrong, then the rules. */
import { scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { proofOfRun } from '../run.ts';

export const p4: Proof = {
  id: 'P4',
  promise: 'every command reaches one final state',
  run: (context) => proofOfRun({ minutes: scaled(context.scale, 0.5, 5) }).run(context),
};
