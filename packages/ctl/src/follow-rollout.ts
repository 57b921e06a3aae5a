/** Shows a rollout wave by wave until it is over or held. Ctrl-C stops looking; the rollout goes on. */
import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';

import type { Surroundings } from './command.ts';
import { EXIT } from './exit-status.ts';
import type { ExitStatus } from './exit-status.ts';
import { createProgress } from './progress.ts';
import { rolloutStep, rolloutText, waveOf, waveResult } from './rollout-words.ts';
import { listRolloutHosts } from './server/list-rollout-hosts.ts';
import { isResting, watchRollout } from './server/watch-rollout.ts';
import { say } from './terminal.ts';

/** What somebody may want to look at when it is over. */
const TROUBLE: ReadonlySet<string> = new Set(['failed', 'rollback_failed', 'rolled_back', 'left']);

/** @param aim the state that counts as success */
export async function followRollout(
  surroundings: Surroundings,
  id: string,
  aim: RolloutSummary['state'] = 'succeeded',
): Promise<ExitStatus> {
  const { terminal, server } = surroundings;
  const progress = createProgress(terminal);
  const told = new Set<number>();
  let rollout: RolloutSummary | undefined;
  try {
    rollout = await watchRollout(id, {
      server,
      clock: terminal.clock,
      signal: terminal.interrupted,
      onChange(changed) {
        for (const [index, wave] of changed.waves.entries()) {
          if ((wave.state !== 'passed' && wave.state !== 'failed') || told.has(index)) continue;
          told.add(index);
          progress.say(`${waveOf(changed, index)} ${wave.state}: ${waveResult(wave)}`);
        }
        progress.show(rolloutStep(changed, isResting(changed)));
      },
    });
  } finally {
    progress.end();
  }
  if (rollout === undefined) {
    terminal.err(
      say(terminal, {
        zh: `发布仍在进行。继续查看：opsctl rollout show --follow ${id}\n暂停：opsctl rollout pause ${id}\n`,
        en: `The rollout goes on. Follow it: opsctl rollout show --follow ${id}\nPause it: opsctl rollout pause ${id}\n`,
      }),
    );
    return EXIT.interrupted;
  }
  await showRollout(surroundings, rollout, { isWhole: false });
  return rollout.state === aim ? EXIT.good : EXIT.failed;
}

/** @param isWhole with every host, else those that did not become healthy */
export async function showRollout(
  { terminal, server, given }: Surroundings,
  rollout: RolloutSummary,
  { isWhole }: { readonly isWhole: boolean },
): Promise<void> {
  const hosts = await listRolloutHosts(server, rollout.id);
  if (given.flag('json')) {
    terminal.out(`${JSON.stringify({ rollout, hosts })}\n`);
    return;
  }
  const shown = isWhole ? hosts : hosts.filter(({ state }) => TROUBLE.has(state));
  terminal.out(rolloutText(rollout, shown, terminal.language));
  if (rollout.orders.length > 0) terminal.err(`opsctl rollout ${rollout.orders.join('|')} ${rollout.id}\n`);
}
