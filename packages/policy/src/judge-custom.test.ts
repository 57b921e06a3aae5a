import { describe, expect, it } from 'vitest';

import type { ArgumentRule } from './custom-command.ts';
import { createPolicy } from './policy.ts';
import type { Policy } from './policy.ts';

const withRules = (...args: ArgumentRule[]): Policy =>
  createPolicy({
    platform: 'linux',
    commands: [],
    custom: [{ name: 'tool', path: '/usr/bin/tool', maxSecs: 5, args }],
    scriptDirs: [],
    scriptExtensions: [],
  });

const allowed = (policy: Policy, ...commands: string[]): boolean[] =>
  commands.map((command) => policy.judge(command).ok);

describe('a command of the configuration', () => {
  it('runs by its path, for its longest time, with exactly what its rules say', () => {
    const policy = withRules({ literal: '-t' });
    expect(policy.judge('tool -t')).toMatchObject({
      kind: 'program',
      path: '/usr/bin/tool',
      maxSecs: 5,
      argv: ['tool', '-t'],
    });
    expect(allowed(policy, 'tool', 'tool -t -t', 'tool -x', 'tool -t x')).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(allowed(withRules(), 'tool', 'tool x')).toEqual([true, false]);
  });

  it('may have rules that are optional, repeatable or both', () => {
    const policy = withRules(
      { literal: 'a', optional: true },
      { enum: ['b', 'c'], repeatable: true },
      { literal: 'c', optional: true, repeatable: true },
      { literal: 'd' },
    );
    expect(allowed(policy, 'tool b d', 'tool a b c c d', 'tool c d', 'tool a b b c c d')).toEqual(
      Array(4).fill(true),
    );
    expect(allowed(policy, 'tool d', 'tool a d', 'tool b', 'tool b a d', 'tool b d d')).toEqual(
      Array(5).fill(false),
    );
  });

  it('takes a pattern as a whole, up to its length, and never as an option', () => {
    const policy = withRules({ pattern: '[a-z.-]+', max: 4 });
    expect(allowed(policy, 'tool a.b', 'tool abcd')).toEqual([true, true]);
    expect(allowed(policy, 'tool abcde', 'tool A', 'tool -ab', 'tool aB')).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('takes paths beneath a directory by components', () => {
    const policy = withRules({ pathUnder: '/var/log' });
    expect(allowed(policy, 'tool /var/log/syslog', 'tool /var/log/a/b')).toEqual([true, true]);
    expect(
      allowed(
        policy,
        'tool /var/log',
        'tool /var/log/',
        'tool /var/logs/x',
        'tool /var/log/../x',
        'tool /var/log//x',
        'tool /var/log/./x',
        'tool var/log/x',
      ),
    ).toEqual(Array(7).fill(false));
  });

  it('says what it expected', () => {
    const verdict = withRules({ literal: '-u' }, { pattern: '[a-z]+', max: 9 }).judge('tool -u 7');
    expect(verdict).toMatchObject({ ok: false, reason: 'BAD_ARGUMENT', detail: { token: '7' } });
    expect(verdict.ok ? '' : verdict.detail.en).toContain('it must be text that matches [a-z]+');
    const missing = withRules({ literal: '-u' }).judge('tool');
    expect(missing.ok ? '' : missing.detail.zh).toContain('缺少 tool 的参数');
  });

  it('cannot change a built-in one', () => {
    const policy = createPolicy({
      platform: 'linux',
      custom: [{ name: 'ls', path: '/bin/rm', args: [{ literal: '-R' }] }],
      scriptDirs: [],
      scriptExtensions: [],
    });
    expect(policy.judge('ls -R').ok).toBe(false);
    expect(policy.judge('ls')).not.toHaveProperty('path');
  });
});
