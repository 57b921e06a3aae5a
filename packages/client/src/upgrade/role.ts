/**
 * The hidden words with which one program starts the next one. A program that is installed today says them to one that
 * is written years later: they, and what the two say to each other during a trial, stay as they are.
 *
 *   installed  as a person or a service manager starts it: looks whether a younger release is kept, and becomes that
 *   upgraded   became by that: does not look again
 *   trial      child of the program before, which goes on if this one does not connect
 *
 *   during a trial   child, standard output: TRIAL_CONNECTED, a line, each time the server has registered it
 *                    parent, standard input: TRIAL_LEAVE, a line: stop when nothing runs; its end: stop, nobody is left
 */
const WORDS = { '--upgraded': 'upgraded', '--trial': 'trial' } as const;
export const UPGRADED_WORD = '--upgraded' satisfies keyof typeof WORDS;
export const TRIAL_WORD = '--trial' satisfies keyof typeof WORDS;

export const TRIAL_CONNECTED = 'ops-client trial connected';
export const TRIAL_LEAVE = 'leave';

export type Role = 'installed' | (typeof WORDS)[keyof typeof WORDS];

/** Takes the word off the front of the arguments. */
export function takeRole(argv: string[]): Role {
  const [first = ''] = argv;
  const word = Object.entries(WORDS).find(([known]) => known === first);
  if (!word) return 'installed';
  argv.shift();
  return word[1];
}
