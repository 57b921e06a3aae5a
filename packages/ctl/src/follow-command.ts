/** Shows the output of one command as it comes, and how it ended. Ctrl-C stops looking; the command goes on. */
import { isFinal, OUTPUT_STREAMS } from '@ops/protocol/domain/command.ts';
import type { OutputStream } from '@ops/protocol/domain/command.ts';
import { commandOutput, commandResult } from '@ops/protocol/http/commands.ts';
import { sleep } from '@ops/runtime/clock.ts';

import type { Surroundings } from './command.ts';
import { EXIT } from './exit-status.ts';
import type { ExitStatus } from './exit-status.ts';
import { printable } from './printable.ts';
import { isPassing } from './server/server.ts';
import { endingLine, resultIn, statusOfResult } from './show-result.ts';
import { say } from './terminal.ts';

const LOOK_EVERY_MS = 300;

export async function followCommand(surroundings: Surroundings, id: string): Promise<ExitStatus> {
  const { terminal, server, given } = surroundings;
  const shown = given.flag('raw') ? (text: string): string => text : printable;
  const isQuiet = given.flag('json');
  const offsets: Record<OutputStream, number> = { stdout: 0, stderr: 0 };

  /** @returns whether nothing will follow */
  async function isShown(stream: OutputStream): Promise<boolean> {
    for (;;) {
      const query = { command_id: id, stream, offset: offsets[stream] };
      const page = await server.call(commandOutput, { query });
      if (page.text !== '' && !isQuiet) {
        if (stream === 'stdout') terminal.out(shown(page.text));
        else terminal.err(shown(page.text));
      }
      const isStill = page.next_offset === offsets[stream];
      offsets[stream] = page.next_offset;
      if (isStill || page.next_offset >= page.kept_bytes) return page.complete && isFinal(page.state);
    }
  }

  async function look(): Promise<boolean> {
    try {
      const ended = [];
      for (const stream of OUTPUT_STREAMS) ended.push(await isShown(stream));
      return ended.every(Boolean);
    } catch (cause) {
      if (!isPassing(cause)) throw cause;
      return false;
    }
  }

  while (!(await look())) {
    await sleep(terminal.clock, LOOK_EVERY_MS, terminal.interrupted);
    if (!terminal.interrupted.aborted) continue;
    terminal.err(
      say(terminal, {
        zh: `仍在执行。继续查看：opsctl result --follow ${id}\n取消：opsctl cancel ${id}\n`,
        en: `It goes on. Follow it: opsctl result --follow ${id}\nCancel it: opsctl cancel ${id}\n`,
      }),
    );
    return EXIT.interrupted;
  }
  const found = resultIn(await server.call(commandResult, { query: { command_id: id } }));
  if (isQuiet) terminal.out(`${JSON.stringify({ [found.state]: found.result })}\n`);
  else terminal.err(endingLine(found));
  const isRefused = found.result.error?.startsWith('rejected') ?? false;
  return isRefused ? EXIT.refused : statusOfResult(found);
}
