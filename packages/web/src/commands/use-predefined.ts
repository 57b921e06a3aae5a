import { predefinedCommands } from '@ops/protocol/http/commands.ts';
import { useQuery } from '@tanstack/react-query';

import { useConsole } from '../console.ts';
import { useText } from '../text/use-text.ts';

/** The commands of the server's list, in the reader's language. */
export function usePredefined() {
  const { api } = useConsole();
  const { language } = useText();
  return useQuery({
    queryKey: ['predefined-commands', language],
    queryFn: ({ signal }) => api.call(predefinedCommands, { signal }),
    staleTime: Infinity,
  });
}
