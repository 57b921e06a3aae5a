import { Button } from '@mantine/core';
import { IDEMPOTENCY_HEADER } from '@ops/protocol/http/commands.ts';
import type { BodyOf } from '@ops/protocol/http/endpoint.ts';
import { createUpgrade } from '@ops/protocol/http/upgrades.ts';
import type { UpgradePreview } from '@ops/protocol/http/upgrades.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';

import { freshKey } from '../../browser/fresh-key.ts';
import { useConsole } from '../../console.ts';
import { paths } from '../../paths.ts';
import { useUpgradeText } from '../../text/use-upgrade-text.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBanner } from '../../ui/ErrorBanner.tsx';
import form from '../../ui/FormPage.module.css';
import { PlanWords } from './UpgradePlanPanel.tsx';

/** Names what will happen where, then begins it and goes to its page. */
export function BeginUpgradeDialog({
  body,
  plan,
  onClose,
}: {
  readonly body: BodyOf<typeof createUpgrade>;
  readonly plan: UpgradePreview;
  readonly onClose: () => void;
}) {
  const { text, format } = useUpgradeText();
  const { api } = useConsole();
  const queries = useQueryClient();
  const navigate = useNavigate();
  /** What was asked about is what is done, whatever the preview says by then. */
  const [asked] = useState({ body, plan, key: freshKey() });
  /** A second press before React has drawn the first finds this. */
  const underWay = useRef(false);
  const begin = useMutation({
    mutationFn: () =>
      api.call(createUpgrade, { body: asked.body, headers: { [IDEMPOTENCY_HEADER]: asked.key } }),
    async onSuccess({ upgrade_id: id }) {
      void queries.invalidateQueries({ queryKey: ['upgrades'] });
      await navigate({ to: paths.upgrade, params: { id } });
    },
    onSettled() {
      underWay.current = false;
    },
  });
  return (
    <Dialog
      open
      title={text.beginUpgradeTitle(text.hostsInAll(asked.plan.targets, format), asked.plan.release.version)}
      onClose={onClose}
    >
      <div className={form.confirm}>
        <PlanWords plan={asked.plan} />
        <p>{text.beginUpgradeWords}</p>
      </div>
      <ErrorBanner error={begin.error} noAnswer={text.beginUpgradeUncertain} />
      <DialogActions>
        <Button variant="default" onClick={onClose}>
          {text.cancel}
        </Button>
        <Button
          loading={begin.isPending || begin.isSuccess}
          onClick={() => {
            if (underWay.current) return;
            underWay.current = true;
            begin.mutate();
          }}
        >
          {text.beginUpgradeConfirm}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
