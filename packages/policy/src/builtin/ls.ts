/** `ls`: one directory at a time, nothing beneath /proc, /sys and /dev. */
import { BLOCK_SIZE, oneOf, plainPath } from '../values.ts';
import type { Builtin } from './builtin.ts';

export const ls: Builtin = {
  name: 'ls',
  grammar: {
    flags: '1aAbBcCdfFgGhHiklLmnNopqQrsStuUvxXZ',
    long: [
      '--all',
      '--almost-all',
      '--escape',
      '--ignore-backups',
      '--directory',
      '--classify',
      '--no-group',
      '--human-readable',
      '--dereference-command-line',
      '--inode',
      '--kibibytes',
      '--dereference',
      '--numeric-uid-gid',
      '--literal',
      '--hide-control-chars',
      '--quote-name',
      '--reverse',
      '--size',
      '--context',
      '--group-directories-first',
      '--full-time',
    ],
    longWithValue: {
      '--sort': oneOf('none', 'size', 'time', 'version', 'extension', 'width', 'name'),
      '--time': oneOf(
        'atime',
        'access',
        'use',
        'ctime',
        'status',
        'mtime',
        'modification',
        'birth',
        'creation',
      ),
      '--time-style': oneOf('full-iso', 'long-iso', 'iso', 'locale'),
      '--block-size': BLOCK_SIZE,
      '--format': oneOf('across', 'commas', 'horizontal', 'long', 'single-column', 'verbose', 'vertical'),
      '--indicator-style': oneOf('slash'),
      '--color': oneOf('never', 'auto'),
    },
    operands: { max: 8, value: plainPath(['proc', 'sys', 'dev']) },
  },
  refused: {
    zh: '-R -D -T -w -I --hyperlink --color=always --zero',
    en: '`-R -D -T -w -I --hyperlink --color=always --zero`',
  },
};
