import { describe, expect, it } from 'vitest';

import { judgeDirectory, judgePrivateFile, LEAST_FREE_BYTES, LOW_FREE_BYTES } from './path-facts.ts';
import type { DirectoryFacts } from './path-facts.ts';

const facts: DirectoryFacts = {
  path: '/var/lib/ops',
  kind: 'directory',
  isLink: false,
  uid: 7,
  mode: 0o700,
  readable: true,
  writable: true,
  existing: '/var/lib/ops',
  existingWritable: true,
  freeBytes: 10 * LOW_FREE_BYTES,
};
const rules = { owner: 7, private: true, elsewhere: 'export OPS_DATA_DIR=./data' };
const judge = (more: Partial<DirectoryFacts>) => {
  const { level, mend } = judgeDirectory({ ...facts, ...more }, rules);
  return [level, mend];
};

describe('a directory', () => {
  it.each([
    ['well', {}, 'ok', undefined],
    ['of somebody else', { uid: 8 }, 'fault', 'sudo chown -R 7 /var/lib/ops'],
    ['writable by the group', { mode: 0o770 }, 'fault', 'chmod 700 /var/lib/ops'],
    ['readable by others', { mode: 0o755 }, 'warning', 'chmod 700 /var/lib/ops'],
    ['read-only', { existingWritable: false }, 'fault', 'sudo chown -R "$(id -u)" /var/lib/ops'],
    ['a file', { kind: 'file' }, 'fault', 'mv /var/lib/ops /var/lib/ops.old'],
    ['yet to be made', { kind: 'absent', uid: undefined, existing: '/var/lib' }, 'ok', undefined],
    [
      'nobody can make',
      { kind: 'absent', uid: undefined, existing: '/var/lib', existingWritable: false },
      'fault',
      'export OPS_DATA_DIR=./data',
    ],
  ] as const)('%s', (_what, more, level, mend) => {
    expect(judge(more)).toEqual([level, mend]);
  });

  it.each([
    [LEAST_FREE_BYTES - 1, 'fault'],
    [LEAST_FREE_BYTES, 'warning'],
    [LOW_FREE_BYTES - 1, 'warning'],
    [LOW_FREE_BYTES, 'ok'],
  ])('with %i bytes free is %s', (freeBytes, level) => {
    const [found, mend] = judge({ freeBytes });
    expect(found).toBe(level);
    expect(mend !== undefined).toBe(level !== 'ok');
  });
});

describe('a private file', () => {
  const file = { ...facts, path: '/etc/ops key', kind: 'file', mode: 0o600 } as const;
  it.each([
    ['well', {}, undefined],
    ['absent', { kind: 'absent' }, undefined],
    ['readable by the group', { mode: 0o640 }, "chmod 600 '/etc/ops key'"],
    ['of somebody else', { uid: 8 }, "sudo chown 7 '/etc/ops key'"],
    ['not ours to read', { readable: false }, 'sudo chown "$(id -u)" \'/etc/ops key\''],
    ['a directory', { kind: 'directory' }, "mv '/etc/ops key' '/etc/ops key.old'"],
  ] as const)('%s', (_what, more, mend) => {
    expect(judgePrivateFile({ ...file, ...more }, 7)?.mend).toBe(mend);
  });
});
