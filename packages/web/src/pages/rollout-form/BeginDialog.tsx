import { Button } from '@mantine/core';
import { IDEMPOTENCY_HEADER } from '@ops/protocol/http/commands.ts';
import { createRollout } from '@ops/protocol/http/rollouts.ts';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';

import { freshKey } from '../../browser/fresh-key.ts';
import { useConsole } from '../../console.ts';
import { paths } from '../../paths.ts';
import { gateWords, workWords } from '../../rollouts/rollout-words.ts';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBanner } from '../../ui/ErrorBanner.tsx';
import form from '../../ui/FormPage.module.css';
import { PlanWords } from './PlanWords.tsx';
import { gateOf, onFailureOf } from './rollout-draft.ts';
import type { CreateBody, Draft } from './rollout-draft.ts';
import type { Plan } from './rollout-plan.ts';

/** Names what will happen where, then begins it and goes to its page. */
export function BeginDialog({
  name,
  draft,
  body,
  plan,
  onClose,
}: {
  readonly name: string;
  readonly draft: Draft;
  readonly body: CreateBody;
  readonly plan: Plan;
  readonly onClose: () => void;
}) {
  const { text, format } = useRolloutText();
  const { api } = useConsole();
  const navigate = useNavigate();
  /** What was asked about is what is done, whatever the preview says by then. */
  const [asked] = useState({ body, plan, key: freshKey() });
  /** A second press before React has drawn the first finds this. */
  const underWay = useRef(false);
  const begin = useMutation({
    mutationFn: () =>
      api.call(createRollout, { body: asked.body, headers: { [IDEMPOTENCY_HEADER]: asked.key } }),
    onSuccess: ({ rollout_id: id }) => navigate({ to: paths.rollout, params: { id } }),
    onSettled() {
      underWay.current = false;
    },
  });
  const work = workWords(
    {
      app_name: name,
      action: draft.work === 'Update' ? null : draft.work,
      version: draft.work === 'Update' ? draft.version : null,
    },
    text,
  );
  const rules = gateWords(
    { gate: gateOf(draft), max_failures: draft.maxFailures ?? 0, on_failure: onFailureOf(draft) },
    text,
    format,
  );
  return (
    <Dialog open title={text.beginTitle(work, text.hostsCount(asked.plan.targets, format))} onClose={onClose}>
      <div className={form.confirm}>
        <PlanWords draft={draft} plan={asked.plan} />
        {draft.work === 'Update' && draft.restart && <p>{text.restartAfter}</p>}
        <p>
          {text.gate}: {text.gateSummary(rules)}
        </p>
      </div>
      <ErrorBanner error={begin.error} noAnswer={text.beginUncertain} />
      <DialogActions>
        <Button variant="default" onClick={onClose}>
          {text.cancel}
        </Button>
        <Button
          color={draft.work === 'Stop' ? 'bad' : 'accent'}
          loading={begin.isPending || begin.isSuccess}
          onClick={() => {
            if (underWay.current) return;
            underWay.current = true;
            begin.mutate();
          }}
        >
          {text.beginConfirm}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
