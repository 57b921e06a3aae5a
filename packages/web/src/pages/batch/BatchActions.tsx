import { Button } from '@mantine/core';
import { exportBatch, rerunBatch, stopBatch } from '@ops/protocol/http/batches.ts';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import { IDEMPOTENCY_HEADER } from '@ops/protocol/http/commands.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';

import { addressOf } from '../../api/client.ts';
import { freshKey } from '../../browser/fresh-key.ts';
import { useHindrance, useMayRun } from '../../commands/use-may-run.ts';
import { useConsole } from '../../console.ts';
import { paths } from '../../paths.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBanner } from '../../ui/ErrorBanner.tsx';
import { IconDownload, IconPlayerStop, IconRepeat } from '../../ui/icons.ts';
import { Menu, MenuItem } from '../../ui/Menu.tsx';
import styles from './BatchPage.module.css';

const WHICH = ['failed', 'different', 'all'] as const;
type Which = (typeof WHICH)[number];

export function BatchActions({ batch }: { readonly batch: BatchSummary }) {
  const { text } = useCommandText();
  const { hrefOf } = useConsole();
  const mayRun = useMayRun();
  const formats = { csv: text.exportCsv, jsonl: text.exportJsonl };
  return (
    <>
      {batch.state === 'finished' ? mayRun && <RerunMenu batch={batch} /> : <StopButton batch={batch} />}
      {(['csv', 'jsonl'] as const).map((format) => (
        <Button
          key={format}
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          aria-label={`${text.exportResults} ${formats[format]}`}
          renderRoot={(props) => (
            <a {...props} href={hrefOf(addressOf(exportBatch, { id: batch.id }, { format }))} download />
          )}
        >
          {formats[format]}
        </Button>
      ))}
    </>
  );
}

function Question({
  open,
  title,
  words,
  error,
  onClose,
  children,
}: {
  readonly open: boolean;
  readonly title: string;
  readonly words: string;
  readonly error: Error | null;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const { text } = useCommandText();
  return (
    <Dialog open={open} onClose={onClose} title={title}>
      <p>{words}</p>
      <ErrorBanner error={error} />
      <DialogActions>
        <Button variant="default" onClick={onClose}>
          {text.cancel}
        </Button>
        {children}
      </DialogActions>
    </Dialog>
  );
}

/** Ends the batch, after saying how many hosts that means. */
function StopButton({ batch }: { readonly batch: BatchSummary }) {
  const { text, format } = useCommandText();
  const { api } = useConsole();
  const queries = useQueryClient();
  const hindrance = useHindrance(text.viewerCannotRun);
  const [asking, setAsking] = useState(false);
  const stop = useMutation({
    mutationFn: () => api.call(stopBatch, { params: { id: batch.id }, body: {} }),
    async onSuccess() {
      setAsking(false);
      await queries.invalidateQueries({ queryKey: ['batch', batch.id] });
    },
  });
  const { held, pending, executing } = batch.counts;
  return (
    <>
      <Button
        variant="light"
        color="bad"
        leftSection={<IconPlayerStop size={16} aria-hidden />}
        disabled={hindrance !== undefined || batch.state === 'stopping'}
        title={hindrance}
        onClick={() => setAsking(true)}
      >
        {batch.state === 'stopping' ? text.batchStopping : text.stopBatch}
      </Button>
      <Question
        open={asking}
        title={text.stopTitle}
        words={text.stopWarning(format.number(held + pending), format.number(executing))}
        error={stop.error}
        onClose={() => {
          setAsking(false);
          stop.reset();
        }}
      >
        <Button color="bad" loading={stop.isPending} onClick={() => stop.mutate()}>
          {text.stopConfirm}
        </Button>
      </Question>
    </>
  );
}

/** The same command once more, on all hosts or on those where it did not go well: a batch of its own. */
function RerunMenu({ batch }: { readonly batch: BatchSummary }) {
  const { text } = useCommandText();
  const { api } = useConsole();
  const navigate = useNavigate();
  const [which, setWhich] = useState<Which>();
  /** One for each time the question is asked: pressing twice runs once. */
  const key = useRef('');
  const rerun = useMutation({
    mutationFn: (chosen: Which) =>
      api.call(rerunBatch, {
        params: { id: batch.id },
        body: { which: chosen },
        headers: { [IDEMPOTENCY_HEADER]: key.current },
      }),
    onSuccess({ batch_id: id }) {
      setWhich(undefined);
      return navigate({ to: paths.batch, params: { id } });
    },
  });
  const names = { failed: text.rerunFailed, different: text.rerunDifferent, all: text.rerunAll };
  return (
    <>
      <Menu
        label={text.rerun}
        className={styles.menu}
        face={
          <>
            <IconRepeat size={16} aria-hidden />
            {text.rerun}
          </>
        }
      >
        {WHICH.map((each) => (
          <MenuItem
            key={each}
            icon={<IconRepeat size={16} stroke={1.7} aria-hidden />}
            onClick={() => {
              key.current = freshKey();
              setWhich(each);
            }}
          >
            {names[each]}
          </MenuItem>
        ))}
      </Menu>
      <Question
        open={which !== undefined}
        title={text.rerunTitle}
        words={which === undefined ? '' : text.rerunWarning(names[which])}
        error={rerun.error}
        onClose={() => {
          setWhich(undefined);
          rerun.reset();
        }}
      >
        <Button
          loading={rerun.isPending}
          onClick={() => {
            if (which !== undefined && !rerun.isPending) rerun.mutate(which);
          }}
        >
          {text.rerunConfirm}
        </Button>
      </Question>
    </>
  );
}
