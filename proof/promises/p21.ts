/** P21: every listener, timer, file and child is released, also when a start fails half-way. */
import { startProgram } from '@ops/testkit/child-program.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';

import { atLeast, none, scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import type { StartStopReport } from '../start-stop-report.ts';

const WITHIN_MS = 180_000;

export const p21: Proof = {
  id: 'P21',
  promise: 'every listener, timer and child is released',
  async run({ scale, say }) {
    await using folder = await tempDirectory('start-stop');
    const program = await startProgram({
      file: 'proof/start-stop.ts',
      args: [folder.path, String(scaled(scale, 10, 100))],
      cwd: folder.path,
      env: { HOME: folder.path },
    });
    try {
      const [, text] = await program.line(/^report (.*)$/, { within: WITHIN_MS });
      const report: StartStopReport = JSON.parse(text!);
      const { starts, failures, left, filesLeft, threadsLeft, hung } = report;
      say(`left: ${left.join(', ') || 'nothing'}`);
      return [
        none('handles left', left.length),
        none('files left open', filesLeft),
        none('threads left', threadsLeft),
        none('stops that hung or failed', hung),
        atLeast('starts and stops', starts, '', scaled(scale, 10, 100)),
        atLeast('starts that failed at a step of their own', failures, '', 5),
      ];
    } finally {
      if (program.isRunning) await program.kill9();
    }
  },
};
