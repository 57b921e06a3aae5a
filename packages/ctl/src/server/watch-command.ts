/** Follows a command until it is over and all of its output is here. */
import { isFinal } from '@ops/protocol/domain/command.ts';
import type { CommandState, OutputStream } from '@ops/protocol/domain/command.ts';
import { commandOutput } from '@ops/protocol/http/commands.ts';
import { outputEvent } from '@ops/protocol/http/events.ts';
import { decodeKnown } from '@ops/protocol/schema.ts';

import { ASK, watch } from './watch.ts';
import type { Watch } from './watch.ts';

export interface CommandWatch extends Watch<CommandState> {
  /** What follows of a stream: whole, in order, once. */
  readonly onOutput: (stream: OutputStream, text: string) => void;
}

/** @returns undefined when aborted. @throws ApiFailure when the command cannot be read */
export function watchCommand(id: string, watching: CommandWatch): Promise<CommandState | undefined> {
  const { server, onOutput } = watching;
  const offsets: Record<OutputStream, number> = { stdout: 0, stderr: 0 };

  /** @returns the state in which nothing more of it was kept */
  async function readOn(stream: OutputStream): Promise<CommandState> {
    for (;;) {
      const query = { command_id: id, stream, offset: offsets[stream] };
      const page = await server.call(commandOutput, { query });
      const isStill = page.next_offset === offsets[stream];
      if (page.text !== '') onOutput(stream, page.text);
      offsets[stream] = page.next_offset;
      if (isStill || page.next_offset >= page.kept_bytes) return page.state;
    }
  }

  return watch<CommandState>(
    {
      topics: ['command', 'output'],
      of: { command_id: id },
      async ask() {
        const state = await readOn('stdout');
        // Behind that: what was over then has no more output on either.
        await readOn('stderr');
        return state;
      },
      read(data, event) {
        if (event === 'command') return ASK;
        const piece = decodeKnown(outputEvent, data);
        const known = offsets[piece.stream];
        if (piece.next_offset <= known) return undefined;
        if (piece.offset !== known) return ASK;
        onOutput(piece.stream, piece.text);
        offsets[piece.stream] = piece.next_offset;
        return undefined;
      },
      revision: (state) => Number(isFinal(state)),
      isOver: isFinal,
    },
    watching,
  );
}
