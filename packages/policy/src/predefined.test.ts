import { describe, expect, it } from 'vitest';

import type { CustomCommand } from './custom-command.ts';
import { createPolicy } from './policy.ts';
import { PREDEFINED, predefinedFor } from './predefined.ts';

const custom: readonly CustomCommand[] = [
  {
    name: 'nginx-test',
    path: '/usr/sbin/nginx',
    label: '检查 nginx',
    category: '服务管理',
    args: [{ literal: '-t' }],
  },
  { name: 'raid', path: '/usr/sbin/raid', category: 'Storage', args: [{ literal: '-v', optional: true }] },
  { name: 'plain', path: '/usr/bin/plain', args: [] },
  { name: 'asks', path: '/usr/bin/asks', args: [{ pattern: '[a-z]+', max: 9 }] },
];

describe('what is offered', () => {
  const policy = createPolicy({ platform: 'linux', custom, scriptDirs: [], scriptExtensions: [] });

  it("begins with the manual's commands in its categories", () => {
    const plain = createPolicy({ platform: 'linux', custom: [], scriptDirs: [], scriptExtensions: [] });
    expect(predefinedFor(plain, [])).toEqual(PREDEFINED);
  });

  it('holds the commands of the configuration that need nothing typed, in their categories', () => {
    const offered = predefinedFor(policy, custom).map(({ label, commands }) => [
      label.zh,
      commands.map(({ command }) => command),
    ]);
    expect(offered.slice(-3)).toEqual([
      ['服务管理', ['systemctl status', 'nginx-test -t']],
      ['Storage', ['raid']],
      ['自定义命令', ['plain']],
    ]);
  });

  it('leaves out what the policy does not allow, and categories that are empty then', () => {
    const few = createPolicy({
      platform: 'linux',
      commands: ['df'],
      custom: [],
      scriptDirs: [],
      scriptExtensions: [],
    });
    expect(predefinedFor(few, [])).toMatchObject([{ id: 'resources', commands: [{ command: 'df -h' }] }]);
  });
});
