/** `df`: the space of file systems. */
import { BLOCK_SIZE, commaList, matching, oneOf, plainPath } from '../values.ts';
import type { Builtin } from './builtin.ts';

const fileSystem = matching('TYPE', /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/, {
  zh: '文件系统类型，例如 ext4',
  en: 'a type of file system, such as ext4',
});
const fields = commaList(
  oneOf(
    'source',
    'fstype',
    'itotal',
    'iused',
    'iavail',
    'ipcent',
    'size',
    'used',
    'avail',
    'pcent',
    'file',
    'target',
  ),
  12,
);

export const df: Builtin = {
  name: 'df',
  grammar: {
    flags: 'ahHiklPTv',
    withValue: { B: BLOCK_SIZE, t: fileSystem, x: fileSystem },
    long: [
      '--total',
      '--output',
      '--human-readable',
      '--si',
      '--inodes',
      '--local',
      '--portability',
      '--print-type',
    ],
    longWithValue: { '--output': fields, '--block-size': BLOCK_SIZE },
    operands: { max: 8, value: plainPath() },
  },
  refused: { zh: '--sync', en: '`--sync`' },
};
