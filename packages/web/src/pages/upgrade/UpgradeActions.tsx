import { Button } from '@mantine/core';
import { UPGRADE_ORDERS } from '@ops/protocol/domain/upgrade.ts';
import type { UpgradeOrder } from '@ops/protocol/domain/upgrade.ts';
import { orderUpgrade } from '@ops/protocol/http/upgrades.ts';
import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { useConsole } from '../../console.ts';
import type { Format } from '../../text/format.ts';
import { useUpgradeText } from '../../text/use-upgrade-text.ts';
import type { UpgradeText } from '../../text/use-upgrade-text.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBanner } from '../../ui/ErrorBanner.tsx';
import { IconPlayerPause, IconPlayerPlay, IconPlayerStop } from '../../ui/icons.ts';
import { sharesOf } from '../../upgrades/upgrade-words.ts';
import { useUpgradeHindrance } from '../../upgrades/use-may-upgrade.ts';
import { upgradeKey } from './use-upgrade.ts';

const ICONS = { pause: IconPlayerPause, resume: IconPlayerPlay, stop: IconPlayerStop } as const;

interface Words {
  readonly name: string;
  readonly title: string;
  /** What the order does to how many hosts. */
  readonly does: string;
}

function wordsOf(
  upgrade: UpgradeSummary,
  text: UpgradeText,
  format: Format,
): Readonly<Record<UpgradeOrder, Words>> {
  const shares = sharesOf(upgrade);
  const [queued, moving] = [format.number(shares.queued), format.number(shares.moving)];
  return {
    pause: {
      name: text.pauseUpgrade,
      title: text.pauseUpgradeTitle,
      does: text.pauseUpgradeWords(moving),
    },
    resume: {
      name: text.resumeUpgrade,
      title: text.resumeUpgradeTitle,
      does:
        upgrade.state === 'held'
          ? text.resumeHeldWords(format.number(shares.failed), queued)
          : text.resumeUpgradeWords(queued),
    },
    stop: {
      name: text.stopUpgrade,
      title: text.stopUpgradeTitle,
      does: text.stopUpgradeWords(queued, moving),
    },
  };
}

/** What may be asked of the upgrade now; each is asked about first, naming what happens. */
export function UpgradeActions({ upgrade }: { readonly upgrade: UpgradeSummary }) {
  const { text, format } = useUpgradeText();
  const { api } = useConsole();
  const queries = useQueryClient();
  const hindrance = useUpgradeHindrance();
  const [asked, setAsked] = useState<UpgradeOrder>();
  const words = wordsOf(upgrade, text, format);
  const act = useMutation({
    mutationFn: (order: UpgradeOrder) =>
      api.call(orderUpgrade, { params: { id: upgrade.id }, body: { order } }),
    async onSuccess() {
      setAsked(undefined);
      await queries.invalidateQueries({ queryKey: upgradeKey(upgrade.id) });
    },
  });
  function close(): void {
    setAsked(undefined);
    act.reset();
  }

  return (
    <>
      {UPGRADE_ORDERS.filter((order) => upgrade.orders.includes(order)).map((order) => {
        const Glyph = ICONS[order];
        return (
          <Button
            key={order}
            variant={order === 'resume' ? 'filled' : order === 'stop' ? 'light' : 'default'}
            color={order === 'stop' ? 'bad' : 'accent'}
            leftSection={<Glyph size={16} aria-hidden />}
            disabled={hindrance !== undefined}
            title={hindrance}
            onClick={() => setAsked(order)}
          >
            {words[order].name}
          </Button>
        );
      })}
      {asked !== undefined && (
        <Dialog open title={words[asked].title} onClose={close}>
          <p>{words[asked].does}</p>
          <ErrorBanner error={act.error} />
          <DialogActions>
            <Button variant="default" onClick={close}>
              {text.cancel}
            </Button>
            <Button
              color={asked === 'stop' ? 'bad' : 'accent'}
              loading={act.isPending}
              onClick={() => {
                if (!act.isPending) act.mutate(asked);
              }}
            >
              {words[asked].name}
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  );
}
