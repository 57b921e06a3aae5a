import { Button } from '@mantine/core';
import { orderRollout } from '@ops/protocol/http/rollouts.ts';
import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';
import { ROLLOUT_ORDERS } from '@ops/protocol/domain/rollout.ts';
import type { RolloutOrder } from '@ops/protocol/domain/rollout.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { useHindrance } from '../../commands/use-may-run.ts';
import { useConsole } from '../../console.ts';
import { sharesOf } from '../../rollouts/rollout-words.ts';
import type { Format } from '../../text/format.ts';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import type { RolloutText } from '../../text/use-rollout-text.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBanner } from '../../ui/ErrorBanner.tsx';
import { IconHistory, IconPlayerPause, IconPlayerPlay, IconPlayerStop } from '../../ui/icons.ts';
import { rolloutKey } from './use-rollout.ts';

const ICONS = {
  pause: IconPlayerPause,
  resume: IconPlayerPlay,
  stop: IconPlayerStop,
  rollback: IconHistory,
} as const;

function namesOf(text: RolloutText): Readonly<Record<RolloutOrder, string>> {
  return { pause: text.pause, resume: text.resume, stop: text.stop, rollback: text.rollBack };
}

/** What the order does to how many hosts. */
function consequences(
  order: RolloutOrder,
  rollout: RolloutSummary,
  text: RolloutText,
  format: Format,
): readonly string[] {
  const shares = sharesOf(rollout);
  const waiting = format.number(shares.waiting);
  const changing = format.number(shares.changing);
  switch (order) {
    case 'pause':
      return [text.pauseWords(changing)];
    case 'resume':
      return [
        rollout.state === 'held'
          ? text.resumeHeldWords(format.number(shares.failed), waiting)
          : text.resumeWords(waiting),
      ];
    case 'stop':
      return [text.stopWords(waiting, changing, format.number(shares.changed))];
    case 'rollback':
      break;
  }
  const back = format.number(shares.changed + shares.changing);
  return [
    text.rollBackWords(rollout.app_name, back, waiting),
    ...(rollout.restart ? [text.rollBackRestartWords] : []),
  ];
}

/** What may be asked of the rollout now; each is asked about first, naming what happens. */
export function RolloutActions({ rollout }: { readonly rollout: RolloutSummary }) {
  const { text, format } = useRolloutText();
  const { api } = useConsole();
  const queries = useQueryClient();
  const hindrance = useHindrance(text.viewerCannotAct);
  const [asked, setAsked] = useState<RolloutOrder>();
  const names = namesOf(text);
  const titles = {
    pause: text.pauseTitle,
    resume: text.resumeTitle,
    stop: text.stopTitle,
    rollback: text.rollBackTitle,
  };
  const act = useMutation({
    mutationFn: (order: RolloutOrder) =>
      api.call(orderRollout, { params: { id: rollout.id }, body: { order } }),
    async onSuccess() {
      setAsked(undefined);
      await queries.invalidateQueries({ queryKey: rolloutKey(rollout.id) });
    },
  });
  function close(): void {
    setAsked(undefined);
    act.reset();
  }

  return (
    <>
      {ROLLOUT_ORDERS.filter((order) => rollout.orders.includes(order)).map((order) => {
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
            {names[order]}
          </Button>
        );
      })}
      {asked !== undefined && (
        <Dialog open title={titles[asked]} onClose={close}>
          {consequences(asked, rollout, text, format).map((words) => (
            <p key={words}>{words}</p>
          ))}
          <ErrorBanner error={act.error} />
          <DialogActions>
            <Button variant="default" onClick={close}>
              {text.cancel}
            </Button>
            <Button
              color={asked === 'stop' || asked === 'rollback' ? 'bad' : 'accent'}
              loading={act.isPending}
              onClick={() => {
                if (!act.isPending) act.mutate(asked);
              }}
            >
              {names[asked]}
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  );
}
