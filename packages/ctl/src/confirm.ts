/** Asks the person at the terminal before something happens. */
import type { Text } from '@ops/runtime/language.ts';

import { say } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** Everything but a yes is a no. */
export async function isConfirmed(terminal: Terminal, question: Text): Promise<boolean> {
  const answer = await terminal.ask(`${say(terminal, question)} [y/N] `, { secret: false });
  return /^(y|yes|是)$/i.test(answer.trim());
}
