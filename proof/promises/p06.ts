/** P6: what was running when the client was killed is found, ended and reported; nobody else's process is touched. */
import { systemClock } from '@ops/runtime/clock.ts';
import { startProgram } from '@ops/testkit/child-program.ts';
import { until } from '@ops/testkit/until.ts';

import { nameForeignProcess } from '../journal-file.ts';
import { commandProcesses, isAlive } from '../processes.ts';
import { atMost, exactly, none, scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { startStage } from '../stage.ts';

/** In a session of its own, with a child that left for another one: neither is in the group of the first. */
const SETSID = `printf '%s %s 00000000-0000-4000-8000-000000000000\\n' "$OPS_COMMAND_ID" "$$" >> "TRUTH"
setsid sleep 300 &
exec setsid --wait sleep 300
`;
const TIMEOUT_SECS = 600;
const PROCESSES = 2;

export const p6: Proof = {
  id: 'P6',
  promise: 'client kill -9: what was running is found, ended and reported',
  async run({ scale, say }) {
    const rounds = scaled(scale, 3, 20);
    await using stage = await startStage({ hosts: 1 });
    const { api, truth, hosts } = stage;
    const host = hosts[0]!;
    const script = await truth.addScript('session', SETSID.replace('TRUTH', truth.file));
    let slowestDeath = 0;
    let slowestReport = 0;
    let notInterrupted = 0;
    let foreignAlive = 0;
    let left = 0;
    for (let round = 0; round < rounds; round++) {
      const foreign = await startProgram({ file: '/usr/bin/sleep', args: ['300'] });
      const id = await api.mustSend(host.clientId, script, { timeoutSecs: TIMEOUT_SECS });
      const own = new Set([id]);
      await until(async () => (await commandProcesses(own)).length >= PROCESSES, {
        what: 'the processes of the command',
      });
      await until(async () => (await api.result(id)).type === 'ok', { what: 'an answer' });
      await host.kill();
      // The journal says that the command is that process, under a number it got from somebody else.
      if (round % 2 === 1) await nameForeignProcess(await host.journalFiles(), id, foreign.pid);
      const start = systemClock.mono();
      await host.start({ connected: false });
      await until(async () => (await commandProcesses(own)).length === 0, {
        within: 15_000,
        what: 'the orphans to be gone',
      }).catch(() => left++);
      slowestDeath = Math.max(slowestDeath, systemClock.mono() - start);
      const { state, body } = await api.final(id);
      slowestReport = Math.max(slowestReport, systemClock.mono() - start);
      if (state !== 'Failed' || !body.error?.startsWith('interrupted')) notInterrupted++;
      if (await isAlive(foreign.pid)) foreignAlive++;
      await foreign.kill9();
    }
    say(`${rounds} kills of a client with a running command`);
    return [
      none('rounds with processes left', left),
      atMost('until an orphan was dead, from the start of the program', slowestDeath / 1000, 's', 5, 15),
      atMost('until it was reported', slowestReport / 1000, 's', 10, 30),
      none('ended other than interrupted', notInterrupted),
      exactly('foreign processes untouched', foreignAlive, rounds),
    ];
  },
};
