import { describe, expect, it } from 'vitest';

import { takeOption } from './commands.ts';

describe('the option', () => {
  it.each([
    [['--to', '/a', '--data-dir', '/b'], '/a', ['--data-dir', '/b']],
    [['--data-dir=/b', '--to=/a'], '/a', ['--data-dir=/b']],
  ])('%j', (argv, value, rest) => {
    expect(takeOption(argv, '--to', 'a file')).toEqual({ value, rest });
  });

  it.each([[[]], [['--to']], [['--to=']], [['--to', '--data-dir']], [['--to', '/a', '--to', '/b']]])(
    '%j is refused',
    (argv) => {
      expect(() => takeOption(argv, '--to', 'a file')).toThrow(/--to/);
    },
  );
});
