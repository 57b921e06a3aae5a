import { describe, expect, it } from 'vitest';

import { readCommandLine } from './command-line.ts';
import type { Given } from './command.ts';
import { rollout } from './commands/rollout.ts';
import { changeOf, conditionsOf, wavesOf } from './rollout-order.ts';

/** @param line words, one space apart */
const given = (line = ''): Given =>
  readCommandLine(rollout, ['shop', ...line.split(' ').filter((word) => word !== '')]);
const ones = (count: number): string => Array.from({ length: count }, () => '1').join(',');

describe('the options of a rollout', () => {
  it('are sent only when they are given: what is not, is decided by the server', () => {
    expect(changeOf(given('--to v2'))).toEqual({ version: 'v2' });
    expect([wavesOf(given()), conditionsOf(given())]).toEqual([{}, { gate: {} }]);
  });

  it('are those of the API', () => {
    const args = given(
      '--action RESTART --waves 1,10%,rest --soak 0 --status any --check cpu_usage:10 --check load1:0.5 ' +
        '--max-restarts 2 --max-failures 3 --on-failure rollback --concurrency 5 --timeout 60',
    );
    expect(changeOf(args)).toEqual({ action: 'Restart' });
    expect(wavesOf(args)).toEqual({ waves: ['1', '10%', 'rest'] });
    expect(conditionsOf(args)).toEqual({
      gate: {
        soak_secs: 0,
        status: null,
        max_restarts: 2,
        checks: [
          { reading: 'cpu_usage', max_above: 10 },
          { reading: 'load1', max_above: 0.5 },
        ],
      },
      max_failures: 3,
      on_failure: 'rollback',
      concurrency: 5,
      timeout_secs: 60,
    });
    expect(conditionsOf(given('--status stopped')).gate).toEqual({ status: 'Stopped' });
    expect(changeOf(given('--to v2 --restart'))).toEqual({ version: 'v2', restart: true });
  });

  it('name one change: not two, and not none', () => {
    expect(() => changeOf(given('--to v2 --action stop'))).toThrow('give one of the two');
    expect(() => changeOf(given())).toThrow('say what to do: --to VERSION or --action ACTION');
  });

  it('take 20 waves, and not one more', () => {
    expect(wavesOf(given(`--waves ${ones(20)}`)).waves).toHaveLength(20);
    expect(() => wavesOf(given(`--waves ${ones(21)}`))).toThrow('--waves is up to 20');
  });
});
