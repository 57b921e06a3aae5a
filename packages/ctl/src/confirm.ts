/** Asks the person at the terminal before something happens. */
import type { Text } from '@ops/runtime/language.ts';

import type { Surroundings } from './command.ts';
import { usageFault } from './command-line.ts';
import { say } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** Everything but a yes is a no. */
export async function isConfirmed(terminal: Terminal, question: Text): Promise<boolean> {
  const answer = await terminal.ask(`${say(terminal, question)} [y/N] `, { secret: false });
  return /^(y|yes|是)$/i.test(answer.trim());
}

/** Whether what was shown may begin: told so by `--yes`, or asked. @throws Ending with status 2 where nobody can be asked */
export async function mayBegin({ terminal, given }: Surroundings, what: string): Promise<boolean> {
  if (given.flag('yes')) return true;
  if (!terminal.isInputTerminal) throw usageFault(`${what} needs --yes where nobody can be asked`);
  return isConfirmed(terminal, { zh: '开始？', en: 'Begin?' });
}
