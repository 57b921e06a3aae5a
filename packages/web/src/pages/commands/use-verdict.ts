import { checkCommand } from '@ops/protocol/http/commands.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { useSettled } from '../../browser/use-settled.ts';
import { useConsole } from '../../console.ts';
import { useText } from '../../text/use-text.ts';

const TYPING_MS = 200;

/** What the policy of the server says of a command as it is typed. Undefined data: nothing typed, or still asking. */
export function useVerdict(command: string) {
  const { api } = useConsole();
  const { language } = useText();
  const settled = useSettled(command, TYPING_MS);
  const empty = settled.trim() === '';
  const query = useQuery({
    // A reason is a sentence in the language of the reader.
    queryKey: ['check-command', language, settled],
    queryFn: ({ signal }) => api.call(checkCommand, { body: { command: settled }, signal }),
    enabled: !empty,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
  const current = settled === command && !query.isPlaceholderData;
  return { verdict: empty || !current ? undefined : query.data, error: query.error, asking: !current };
}
