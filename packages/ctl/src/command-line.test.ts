import { describe, expect, it } from 'vitest';

import { readCommandLine } from './command-line.ts';
import { run } from './commands/run.ts';

const fault = (...args: string[]): string => {
  try {
    readCommandLine(run, args);
    return 'nothing';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('the command line', () => {
  it('holds options, and the command behind --', () => {
    const given = readCommandLine(run, [
      '-l',
      'env=prod',
      '--timeout=5',
      '-y',
      '--host',
      'a',
      '--host',
      'b',
      '--',
      'ls',
      '-la',
    ]);
    expect(given.operands).toEqual(['ls', '-la']);
    expect([given.text('selector'), given.flag('yes'), given.flag('all')]).toEqual(['env=prod', true, false]);
    expect(given.texts('host')).toEqual(['a', 'b']);
    expect(given.number('timeout', { min: 1, max: 9 })).toBe(5);
  });

  it('is refused with what is wrong', () => {
    expect(fault('--selectr', 'x', '--', 'ls')).toBe('unknown option "--selectr"; did you mean --selector?');
    expect(fault('--timeout', '--', 'ls')).toContain('--timeout needs SECONDS');
    expect(fault('--yes=no', '--', 'ls')).toBe('option --yes takes no value');
    expect(fault('-l', 'a', '-l', 'b', '--', 'ls')).toBe('option --selector is given twice');
    expect(fault('-l', 'a')).toBe('run needs -- COMMAND…');
    const given = readCommandLine(run, ['--timeout', '10', 'ls']);
    expect(() => given.number('timeout', { min: 1, max: 9 })).toThrow('from 1 to 9');
  });
});
