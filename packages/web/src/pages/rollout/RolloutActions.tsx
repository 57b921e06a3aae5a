import { orderRollout } from '@ops/protocol/http/rollouts.ts';
import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';
import { ROLLOUT_ORDERS } from '@ops/protocol/domain/rollout.ts';
import type { RolloutOrder } from '@ops/protocol/domain/rollout.ts';

import { useHindrance } from '../../commands/use-may-run.ts';
import { useConsole } from '../../console.ts';
import { sharesOf } from '../../rollouts/rollout-words.ts';
import type { Format } from '../../text/format.ts';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import type { RolloutText } from '../../text/use-rollout-text.ts';
import { OrderButtons } from '../../ui/OrderButtons.tsx';
import type { OrderWords } from '../../ui/OrderButtons.tsx';
import { rolloutKey } from './use-rollout.ts';

function wordsOf(
  rollout: RolloutSummary,
  text: RolloutText,
  format: Format,
): Readonly<Record<RolloutOrder, OrderWords>> {
  const shares = sharesOf(rollout);
  const [waiting, changing] = [format.number(shares.waiting), format.number(shares.changing)];
  const back = format.number(shares.changed + shares.changing);
  return {
    pause: { name: text.pause, title: text.pauseTitle, does: [text.pauseWords(changing)] },
    resume: {
      name: text.resume,
      title: text.resumeTitle,
      does: [
        rollout.state === 'held'
          ? text.resumeHeldWords(format.number(shares.failed), waiting)
          : text.resumeWords(waiting),
      ],
    },
    stop: {
      name: text.stop,
      title: text.stopTitle,
      does: [text.stopWords(waiting, changing, format.number(shares.changed))],
    },
    rollback: {
      name: text.rollBack,
      title: text.rollBackTitle,
      does: [
        text.rollBackWords(rollout.app_name, back, waiting),
        ...(rollout.restart ? [text.rollBackRestartWords] : []),
      ],
    },
  };
}

export function RolloutActions({ rollout }: { readonly rollout: RolloutSummary }) {
  const { text, format } = useRolloutText();
  const { api } = useConsole();
  return (
    <OrderButtons
      orders={ROLLOUT_ORDERS.filter((order) => rollout.orders.includes(order))}
      words={wordsOf(rollout, text, format)}
      hindrance={useHindrance(text.viewerCannotAct)}
      send={(order) => api.call(orderRollout, { params: { id: rollout.id }, body: { order } })}
      queryKey={rolloutKey(rollout.id)}
    />
  );
}
