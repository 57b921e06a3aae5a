import { describe, expect, it } from 'vitest';

import { takeOption } from './commands.ts';

describe('the option', () => {
  it.each([
    [['--to', '/a', '--data-dir', '/b'], '/a', ['--data-dir', '/b']],
    [['--data-dir=/b', '--to=/a'], '/a', ['--data-dir=/b']],
  ])('%j', (argv, value, rest) => {
    const taken = takeOption(argv, '--to', 'a file');
    expect([taken.value(), taken.rest]).toEqual([value, rest]);
  });

  it.each([[[]], [['--to']], [['--to=']], [['--to', '--data-dir']], [['--to', '/a', '--to', '/b']]])(
    '%j is refused',
    (argv) => {
      expect(() => takeOption(argv, '--to', 'a file').value()).toThrow(/--to/);
    },
  );

  it('leaves what is misspelt to the settings', () => {
    expect(takeOption(['--too', '/a'], '--to', 'a file').rest).toEqual(['--too', '/a']);
  });
});
