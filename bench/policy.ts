/** What one verdict of the policy costs, beside a floor: splitting the same text at its spaces. */
import { createPolicy } from '@ops/policy/policy.ts';
import { systemClock } from '@ops/runtime/clock.ts';

import type { Benchmark, Figure } from './benchmark.ts';
import { percentile } from './health.ts';

/** As often as this a command is judged between two looks at the clock, which is coarser than one verdict. */
const ROUND = 100;
const MAX_US = 50;

const COMMANDS: readonly (readonly [what: string, command: string])[] = [
  ['uptime', 'uptime'],
  ['ps with columns', 'ps -eo pid,ppid,user,comm,%cpu --sort=-%cpu --no-headers'],
  [
    'systemctl with ten units',
    `systemctl status ${Array.from({ length: 10 }, (_, n) => `unit-${n}.service`).join(' ')}`,
  ],
  ['a script', '/opt/ops-scripts/checks/disk.sh all --verbose'],
  ['a command of the configuration', `journal --no-pager -u ${'service-'.repeat(7)} -n100`],
  ['refused: a quote', 'date "+%F %T"'],
  ['refused: 1,024 characters', `ls ${'a'.repeat(200)} `.repeat(5)],
  ['32 parts', `ls${' -l'.repeat(31)}`],
];

function eachUs(count: number, run: () => unknown): readonly number[] {
  return Array.from({ length: count }, () => {
    const start = systemClock.mono();
    for (let round = 0; round < ROUND; round++) run();
    return ((systemClock.mono() - start) * 1000) / ROUND;
  });
}

export const policyBenchmark: Benchmark<'rounds'> = {
  summary: 'time of one verdict of the policy',
  options: {
    rounds: { default: 500, min: 20, max: 100_000, meaning: `times each command is judged ${ROUND} times` },
  },
  run({ rounds }) {
    const policy = createPolicy({
      platform: 'linux',
      custom: [
        {
          name: 'journal',
          path: '/usr/bin/journalctl',
          args: [
            { literal: '--no-pager' },
            { literal: '-u' },
            { pattern: '[A-Za-z0-9][A-Za-z0-9@_.-]*', max: 64, repeatable: true },
            { enum: ['-n10', '-n100'], optional: true },
          ],
        },
      ],
      scriptDirs: ['/opt/ops-scripts'],
      scriptExtensions: ['sh'],
    });
    const figures: Figure[] = [];
    let worst = 0;
    for (const [what, command] of COMMANDS) {
      eachUs(rounds / 10, () => policy.judge(command));
      const taken = eachUs(rounds, () => policy.judge(command));
      const floor = eachUs(rounds, () => command.split(' '));
      const p99 = percentile(taken, 0.99);
      worst = Math.max(worst, percentile(taken, 0.5));
      const name = what.replace(/[^a-z0-9]+/g, '_');
      figures.push(
        { name: `${name}_p50_us`, label: `${what}: p50`, value: percentile(taken, 0.5), unit: 'µs' },
        { name: `${name}_p99_us`, label: `${what}: p99`, value: p99, unit: 'µs' },
        { name: `${name}_floor_us`, label: '  floor: split', value: percentile(floor, 0.5), unit: 'µs' },
      );
    }
    return Promise.resolve({
      sections: [
        {
          title: `verdicts, each command ${rounds * ROUND} times`,
          figures,
          notes: [
            `Each value is the mean of ${ROUND} verdicts in a row. Others on this machine show in the p99.`,
          ],
        },
      ],
      goals: [
        { name: 'worst_p50_us', label: 'slowest verdict p50', value: worst, unit: 'µs', limit: MAX_US },
      ],
    });
  },
};
