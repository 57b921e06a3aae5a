import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findDanger } from './danger.ts';
import { MAX_LENGTH, MAX_TOKENS } from './limits.ts';
import { createPolicy } from './policy.ts';
import { ACCEPTED, REFUSED } from './test-commands.ts';
import { ALPHABET } from './tokenize.ts';

const policies = (['linux', 'darwin', 'win32'] as const).map((platform) =>
  createPolicy({
    platform,
    custom: [
      {
        name: 'journal',
        path: '/usr/bin/journalctl',
        args: [
          { literal: '-u' },
          { pattern: '[a-z][a-z0-9@.-]*', max: 32, repeatable: true },
          { enum: ['-n10', '-n100'], optional: true },
          { pathUnder: '/var/log', optional: true },
        ],
      },
    ],
    scriptDirs: ['/opt/ops-scripts'],
    scriptExtensions: ['sh'],
  }),
);

/** What must hold of any text: never a throw, and whatever is allowed stays inside the rules. */
function broken(command: string): string | undefined {
  for (const policy of policies) {
    const verdict = policy.judge(command);
    if (!verdict.ok) continue;
    const { argv, normalised, kind } = verdict;
    const [name = ''] = argv;
    if (!normalised.split('').every((character) => ALPHABET.includes(character)))
      return `alphabet: ${normalised}`;
    if (normalised !== argv.join(' ')) return 'normalised is not argv';
    if (normalised.length > MAX_LENGTH || argv.length > MAX_TOKENS) return `bounds: ${normalised}`;
    if (findDanger(argv)) return `danger: ${normalised}`;
    if (kind === 'script' ? !name.startsWith('/opt/ops-scripts/') : !policy.names.includes(name))
      return `name: ${name}`;
    const again = policy.judge(normalised);
    if (!again.ok || again.normalised !== normalised || again.kind !== kind)
      return `no fixed point: ${normalised}`;
  }
  return undefined;
}

function judgeOnly(command: string): undefined {
  policies[0]!.judge(command);
}

const VALID = [
  ...Object.values(ACCEPTED).flat(),
  '/opt/ops-scripts/a.sh x y',
  'journal -u nginx ssh -n10 /var/log/x',
];

/** Small and fast, and the same in every run. */
function xorshift(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

describe('whatever is asked', () => {
  it('is judged without a throw, and what is allowed is inside the rules: arbitrary text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (command) => {
        expect(broken(command)).toBeUndefined();
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  it('is judged so: words of the grammars in any order', () => {
    const words = [...new Set([...VALID, ...Object.values(REFUSED).flat()].flatMap((one) => one.split(' ')))];
    const names = policies[0]!.names;
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(fc.constantFrom(...words), { maxLength: 34 }),
        (name, rest) => {
          expect(broken([name, ...rest].join(' '))).toBeUndefined();
        },
      ),
      { numRuns: 5000, seed: 2 },
    );
  });

  it('is judged so: a million strings, random and made of valid ones', () => {
    const next = xorshift(20_261_124);
    const faults: string[] = [];
    for (let round = 0; round < 1_000_000; round++) {
      let command: string;
      if (round % 2 === 0) {
        const length = next(40);
        command = '';
        for (let at = 0; at < length; at++)
          command += String.fromCharCode(next(round % 4 === 0 ? 0x10000 : 128));
      } else {
        const valid = VALID[next(VALID.length)]!;
        const at = next(valid.length + 1);
        const letter = ALPHABET[next(ALPHABET.length)]!;
        command = valid.slice(0, at) + letter + valid.slice(at + next(2));
      }
      // Every property on a part of them; that nothing throws on all.
      const fault = round % 64 === 1 ? broken(command) : judgeOnly(command);
      if (fault !== undefined) faults.push(fault);
    }
    expect(faults).toEqual([]);
  }, 60_000);
});
