/** On which hosts the command of a finished batch is run again. */
import { groupMembers } from './groups.ts';
import type { Member } from './members.ts';

/**
 * - `failed`: every ending but exit code 0
 * - `different`: all outside the largest group; of groups of one size the one of the first host is the largest
 * @returns client ids in the order of the batch
 */
export function rerunIds(list: readonly Member[], which: 'failed' | 'different' | 'all'): readonly string[] {
  const [largest] = groupMembers(list);
  const isWanted = {
    all: () => true,
    failed: ({ status }: Member) => status !== 'succeeded',
    different: ({ groupKey }: Member) => groupKey === null || groupKey !== largest?.key,
  }[which];
  return list.filter((member) => isWanted(member)).map(({ clientId }) => clientId);
}
