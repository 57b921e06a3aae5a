import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';
import { commandOutput, listCommands } from '@ops/protocol/http/commands.ts';
import { useEffect, useState } from 'react';

import { ApiError } from '../api/api-error.ts';
import { useVisible } from '../browser/use-visible.ts';
import { useConsole, useSignal } from '../console.ts';
import { createOutputFeed } from '../output/output-feed.ts';
import type { CommandPicture, OutputFeed } from '../output/output-feed.ts';

/** One command with its output, kept up to date while the page is in sight. */
export function useCommand(id: string): { readonly feed: OutputFeed; readonly picture: CommandPicture } {
  const { api, streams, session } = useConsole();
  const visible = useVisible();
  const possible = UUID_PATTERN.test(id);
  const [feed] = useState(() =>
    createOutputFeed(
      {
        ...streams,
        async fetchSummary(command_id) {
          const { commands } = await api.call(listCommands, { query: { command_id, limit: 1 } });
          return commands.find((command) => command.id === command_id);
        },
        fetchOutput: (command_id, stream, offset, limit) =>
          api.call(commandOutput, { query: { command_id, stream, offset, limit } }),
        mayRetry: (error) => !(error instanceof ApiError) || error.status === 0 || error.status >= 429,
        onRefused: () => void session.check(),
      },
      id,
    ),
  );
  const picture = useSignal(feed.picture);
  const lives = possible && visible && !picture.missing;
  useEffect(() => (lives ? feed.watch() : undefined), [feed, lives]);
  return { feed, picture: possible ? picture : { ...picture, missing: true } };
}
