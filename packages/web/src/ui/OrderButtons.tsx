import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { QueryKey } from '@tanstack/react-query';
import { useState } from 'react';

import { useText } from '../text/use-text.ts';
import { Dialog, DialogActions } from './Dialog.tsx';
import { ErrorBanner } from './ErrorBanner.tsx';
import { IconHistory, IconPlayerPause, IconPlayerPlay, IconPlayerStop } from './icons.ts';

/** How the button looks, and that which confirms it. */
const LOOKS = {
  pause: { icon: IconPlayerPause, variant: 'default', color: 'accent', confirm: 'accent' },
  resume: { icon: IconPlayerPlay, variant: 'filled', color: 'accent', confirm: 'accent' },
  stop: { icon: IconPlayerStop, variant: 'light', color: 'bad', confirm: 'bad' },
  rollback: { icon: IconHistory, variant: 'default', color: 'accent', confirm: 'bad' },
} as const;

export interface OrderWords {
  readonly name: string;
  readonly title: string;
  /** What the order does to how many hosts. */
  readonly does: readonly string[];
}

/** What may be asked of a rollout or an upgrade now; each is asked about first, naming what happens. */
export function OrderButtons<T extends keyof typeof LOOKS>({
  orders,
  words,
  hindrance,
  send,
  queryKey,
}: {
  readonly orders: readonly T[];
  readonly words: Readonly<Record<T, OrderWords>>;
  /** What keeps the reader from acting, in words. */
  readonly hindrance: string | undefined;
  readonly send: (order: T) => Promise<unknown>;
  /** Of everything that is asked again then. */
  readonly queryKey: QueryKey;
}) {
  const { text } = useText();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<T>();
  const act = useMutation({
    mutationFn: send,
    async onSuccess() {
      setAsked(undefined);
      await queries.invalidateQueries({ queryKey });
    },
  });
  function close(): void {
    setAsked(undefined);
    act.reset();
  }

  return (
    <>
      {orders.map((order) => {
        const { icon: Glyph, variant, color } = LOOKS[order];
        return (
          <Button
            key={order}
            variant={variant}
            color={color}
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
          {words[asked].does.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
          <ErrorBanner error={act.error} />
          <DialogActions>
            <Button variant="default" onClick={close}>
              {text.cancel}
            </Button>
            <Button
              color={LOOKS[asked].confirm}
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
