import { createBatch } from '@ops/protocol/http/batches.ts';
import { IDEMPOTENCY_HEADER, sendCommand } from '@ops/protocol/http/commands.ts';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';

import { freshKey } from '../../browser/fresh-key.ts';
import { createSubmission } from '../../commands/order.ts';
import type { RunRequest } from '../../commands/order.ts';
import { useConsole } from '../../console.ts';
import { paths } from '../../paths.ts';

/** Sends what the form asks for, once, and goes to the page of what came of it. */
export function useRun() {
  const { api } = useConsole();
  const navigate = useNavigate();
  const [submission] = useState(() => createSubmission(freshKey));
  /** A second press before React has drawn the first finds this. */
  const underWay = useRef(false);
  const mutation = useMutation({
    async mutationFn(request: RunRequest) {
      const headers = { [IDEMPOTENCY_HEADER]: submission.keyFor(request) };
      if (request.kind === 'single') {
        const { command_id: id } = await api.call(sendCommand, { body: request.body, headers });
        return { to: paths.run, id } as const;
      }
      const { batch_id: id } = await api.call(createBatch, { body: request.body, headers });
      return { to: paths.batch, id } as const;
    },
    onSuccess({ to, id }) {
      submission.done();
      return navigate({ to, params: { id } });
    },
    onSettled() {
      underWay.current = false;
    },
  });
  return {
    failure: mutation.error,
    isPending: mutation.isPending,
    /** The page of what came of it is being opened. */
    isDone: mutation.isSuccess,
    forget: mutation.reset,
    run: (request: RunRequest): void => {
      if (underWay.current) return;
      underWay.current = true;
      mutation.mutate(request);
    },
  };
}
