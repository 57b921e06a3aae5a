import { UPGRADE_ORDERS } from '@ops/protocol/domain/upgrade.ts';
import type { UpgradeOrder } from '@ops/protocol/domain/upgrade.ts';
import { orderUpgrade } from '@ops/protocol/http/upgrades.ts';
import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';

import { useConsole } from '../../console.ts';
import type { Format } from '../../text/format.ts';
import { useUpgradeText } from '../../text/use-upgrade-text.ts';
import type { UpgradeText } from '../../text/use-upgrade-text.ts';
import { OrderButtons } from '../../ui/OrderButtons.tsx';
import type { OrderWords } from '../../ui/OrderButtons.tsx';
import { sharesOf } from '../../upgrades/upgrade-words.ts';
import { useUpgradeHindrance } from '../../upgrades/use-may-upgrade.ts';
import { upgradeKey } from './use-upgrade.ts';

function wordsOf(
  upgrade: UpgradeSummary,
  text: UpgradeText,
  format: Format,
): Readonly<Record<UpgradeOrder, OrderWords>> {
  const shares = sharesOf(upgrade);
  const [queued, moving] = [format.number(shares.queued), format.number(shares.moving)];
  return {
    pause: {
      name: text.pauseUpgrade,
      title: text.pauseUpgradeTitle,
      does: [text.pauseUpgradeWords(moving)],
    },
    resume: {
      name: text.resumeUpgrade,
      title: text.resumeUpgradeTitle,
      does: [
        upgrade.state === 'held'
          ? text.resumeHeldWords(format.number(shares.failed), queued)
          : text.resumeUpgradeWords(queued),
      ],
    },
    stop: {
      name: text.stopUpgrade,
      title: text.stopUpgradeTitle,
      does: [text.stopUpgradeWords(queued, moving)],
    },
  };
}

export function UpgradeActions({ upgrade }: { readonly upgrade: UpgradeSummary }) {
  const { text, format } = useUpgradeText();
  const { api } = useConsole();
  return (
    <OrderButtons
      orders={UPGRADE_ORDERS.filter((order) => upgrade.orders.includes(order))}
      words={wordsOf(upgrade, text, format)}
      hindrance={useUpgradeHindrance()}
      send={(order) => api.call(orderUpgrade, { params: { id: upgrade.id }, body: { order } })}
      queryKey={upgradeKey(upgrade.id)}
    />
  );
}
