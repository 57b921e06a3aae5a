/** Shows the output of one command as it comes, and how it ended. Ctrl-C stops looking; the command goes on. */
import { commandResult } from '@ops/protocol/http/commands.ts';

import type { Surroundings } from './command.ts';
import { EXIT } from './exit-status.ts';
import type { ExitStatus } from './exit-status.ts';
import { printable } from './printable.ts';
import { watchCommand } from './server/watch-command.ts';
import { endingLine, resultIn, statusOfResult } from './show-result.ts';
import { say } from './terminal.ts';

export async function followCommand(surroundings: Surroundings, id: string): Promise<ExitStatus> {
  const { terminal, server, given } = surroundings;
  const shown = given.flag('raw') ? (text: string): string => text : printable;
  const isQuiet = given.flag('json');
  const over = await watchCommand(id, {
    server,
    clock: terminal.clock,
    signal: terminal.interrupted,
    onOutput(stream, text) {
      if (isQuiet) return;
      if (stream === 'stdout') terminal.out(shown(text));
      else terminal.err(shown(text));
    },
  });
  if (over === undefined) {
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
