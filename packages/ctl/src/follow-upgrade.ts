/** Shows an upgrade until it is over or held. Ctrl-C stops looking; the upgrade goes on. */
import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';

import type { Surroundings } from './command.ts';
import { EXIT } from './exit-status.ts';
import type { ExitStatus } from './exit-status.ts';
import { createProgress } from './progress.ts';
import { listUpgradeHosts } from './server/list-upgrade-hosts.ts';
import { isResting, watchUpgrade } from './server/watch-upgrade.ts';
import { say } from './terminal.ts';
import { upgradeStep, upgradeText } from './upgrade-words.ts';

/** What somebody may want to look at when it is over. */
const TROUBLE: ReadonlySet<string> = new Set(['refused', 'failed', 'back', 'expired', 'left']);

/** @param aim the state that counts as success; of one that finished every host must be done as well */
export async function followUpgrade(
  surroundings: Surroundings,
  id: string,
  aim: UpgradeSummary['state'] = 'finished',
): Promise<ExitStatus> {
  const { terminal, server } = surroundings;
  const progress = createProgress(terminal);
  let canaryTold = false;
  let upgrade: UpgradeSummary | undefined;
  try {
    upgrade = await watchUpgrade(id, {
      server,
      clock: terminal.clock,
      signal: terminal.interrupted,
      onChange(changed) {
        if (!canaryTold && changed.state !== 'canary' && changed.canary.done === changed.canary.hosts) {
          canaryTold = true;
          progress.say(
            say(terminal, {
              zh: `金丝雀主机已完成：${changed.canary.done} 台`,
              en: `canary done: ${changed.canary.done}`,
            }),
          );
        }
        progress.show(upgradeStep(changed, isResting(changed)));
      },
    });
  } finally {
    progress.end();
  }
  if (upgrade === undefined) {
    terminal.err(
      say(terminal, {
        zh: `升级仍在进行。继续查看：opsctl upgrades show --follow ${id}\n暂停：opsctl upgrades pause ${id}\n`,
        en: `The upgrade goes on. Follow it: opsctl upgrades show --follow ${id}\nPause it: opsctl upgrades pause ${id}\n`,
      }),
    );
    return EXIT.interrupted;
  }
  await showUpgrade(surroundings, upgrade, { isWhole: false });
  const { state, counts, targets } = upgrade;
  const isGood = state === aim && (state !== 'finished' || counts.done === targets);
  return isGood ? EXIT.good : EXIT.failed;
}

/** @param isWhole with every host, else those that are not done */
export async function showUpgrade(
  { terminal, server, given }: Surroundings,
  upgrade: UpgradeSummary,
  { isWhole }: { readonly isWhole: boolean },
): Promise<void> {
  const hosts = await listUpgradeHosts(server, upgrade.id);
  if (given.flag('json')) {
    terminal.out(`${JSON.stringify({ upgrade, hosts })}\n`);
    return;
  }
  const shown = isWhole ? hosts : hosts.filter(({ state }) => TROUBLE.has(state));
  terminal.out(upgradeText(upgrade, shown, terminal.language));
  if (upgrade.orders.length > 0) terminal.err(`opsctl upgrades ${upgrade.orders.join('|')} ${upgrade.id}\n`);
}
