import { describe, expect, it } from 'vitest';

import { createPolicy } from './policy.ts';
import type { PolicyOptions } from './policy.ts';
import { PREDEFINED } from './predefined.ts';
import { ACCEPTED, REFUSED } from './test-commands.ts';
import { REFUSAL_RULES } from './verdict.ts';

const LINUX: PolicyOptions = {
  platform: 'linux',
  custom: [],
  scriptDirs: ['/opt/ops-scripts'],
  scriptExtensions: ['sh', 'py', 'pl', 'rb'],
};
const policy = createPolicy(LINUX);

/** The rule that refuses it, or what would run. */
function said(command: string, by = policy): string {
  const verdict = by.judge(command);
  return verdict.ok ? `runs ${verdict.normalised}` : verdict.reason;
}

const pathOf = (length: number): string => `/${'a'.repeat(length - 1)}`;

describe('a built-in command', () => {
  for (const [name, commands] of Object.entries(ACCEPTED)) {
    it(`${name} runs with what is accepted`, () => {
      expect(commands.filter((command) => !policy.judge(command).ok)).toEqual([]);
    });
  }

  for (const [name, commands] of Object.entries(REFUSED)) {
    it(`${name} is refused with what only looks harmless`, () => {
      expect(commands.filter((command) => said(command) !== 'BAD_ARGUMENT')).toEqual([]);
    });
  }

  it('runs as it was typed, but for what must be added', () => {
    expect(said('uptime')).toBe('runs uptime');
    expect(said('  df   -h ')).toBe('runs df -h');
    expect(said('top')).toBe('runs top -b -n 1');
    expect(said('top -n 2')).toBe('runs top -b -n 2');
    expect(said('top -bn1')).toBe('runs top -bn1');
    expect(said('systemctl status sshd')).toBe('runs systemctl --no-pager status sshd');
    expect(said('systemctl --no-pager status')).toBe('runs systemctl --no-pager status');
    expect(said('ps -ef')).toBe('runs ps -Af');
    expect(said('ps -eo pid,comm --sort=-rss')).toBe('runs ps -Ao pid,comm --sort=-rss');
  });

  it('is answered instead of started where it needs a terminal', () => {
    const verdict = policy.judge('htop');
    expect(verdict).toMatchObject({ kind: 'answer', answer: { exitCode: 1, stdout: '' } });
    expect(verdict.ok && verdict.answer?.stderr).toContain('top -b -n 1');
  });

  it('names what runs instead where it is not installed', () => {
    expect(policy.judge('netstat -tlnp')).toMatchObject({ otherwise: ['ss', '-tlnp'] });
    expect(policy.judge('netstat --tcp --numeric -W')).toMatchObject({ otherwise: ['ss', '-tn'] });
    expect(policy.judge('netstat')).toMatchObject({ otherwise: ['ss'] });
    expect(policy.judge('netstat -rn')).not.toHaveProperty('otherwise');
  });

  it('is allowed, as every predefined command is', () => {
    const commands = PREDEFINED.flatMap((category) => category.commands.map(({ command }) => command));
    expect(commands).toHaveLength(10);
    expect(commands.filter((command) => !policy.judge(command).ok)).toEqual([]);
  });

  it('exists only when it is allowed', () => {
    const few = createPolicy({ ...LINUX, commands: ['uptime', 'df', 'unknown'] });
    expect(few.names).toEqual(['df', 'uptime']);
    expect(said('ps', few)).toBe('NOT_ALLOWED');
    expect(said('uptime', createPolicy({ ...LINUX, commands: [] }))).toBe('NOT_ALLOWED');
  });
});

describe('rules of every command', () => {
  it('are kept at their bounds and break one past them', () => {
    for (const [at, past, rule] of [
      [`ls ${pathOf(256)}`, `ls ${pathOf(257)}`, 'TOO_LONG'],
      [`ps${' -A'.repeat(31)}`, `ps${' -A'.repeat(32)}`, 'TOO_MANY_ARGUMENTS'],
      [`ls${` ${pathOf(254)}`.repeat(4)}a`, `ls${` ${pathOf(254)}`.repeat(4)}aaa`, 'TOO_LONG'],
      [`ls${' x'.repeat(8)}`, `ls${' x'.repeat(9)}`, 'BAD_ARGUMENT'],
      [`/opt/ops-scripts/a.sh${' x'.repeat(16)}`, `/opt/ops-scripts/a.sh${' x'.repeat(17)}`, 'BAD_ARGUMENT'],
      [
        `/opt/ops-scripts/a.sh ${'x'.repeat(128)}`,
        `/opt/ops-scripts/a.sh ${'x'.repeat(129)}`,
        'BAD_ARGUMENT',
      ],
      ['top -n 5 -d 6', 'top -n 5 -d 6.01', 'BAD_ARGUMENT'],
      [`date +${'a'.repeat(127)}`, `date +${'a'.repeat(128)}`, 'BAD_ARGUMENT'],
      [`systemctl status${' u'.repeat(10)}`, `systemctl status${' u'.repeat(11)}`, 'BAD_ARGUMENT'],
    ] as const) {
      expect([at.length, said(at)]).toEqual([at.length, expect.stringMatching(/^runs /)]);
      expect([past.length, said(past)]).toEqual([past.length, rule]);
    }
  });

  it('count what is added to a command as well', () => {
    // 32 parts; --no-pager makes 33.
    expect(said(`systemctl status${' -l'.repeat(30)}`)).toBe('TOO_MANY_ARGUMENTS');
    expect(said(`systemctl status${' -l'.repeat(29)}`)).toMatch(/^runs /);
  });

  it('refuse nothing and only spaces', () => {
    for (const command of ['', ' ', '     ']) expect(said(command)).toBe('EMPTY');
    expect(said(`uptime${' '.repeat(100_000)}`)).toBe('runs uptime');
    expect(said('a'.repeat(1025))).toBe('TOO_LONG');
  });

  it('refuse every character outside of the alphabet, wherever it stands', () => {
    const bad = [
      ...'"\'$\\;|&<>(){}[]*?!~#^`'.split(''),
      '\n',
      '\r',
      '\t',
      '\0',
      '\u007f',
      'é',
      '中',
      '－',
      '\u202e',
      '\u00a0',
      '\ud800',
      '😀',
    ];
    for (const character of bad) {
      for (const command of [`${character}ls`, `ls ${character}`, `ls -l${character}a`]) {
        expect([command, said(command)]).toEqual([command, 'BAD_CHARACTER']);
      }
    }
  });

  it('suggest what to write instead of quotes', () => {
    const verdict = policy.judge('date "+%F %T"');
    expect(verdict).toMatchObject({ detail: { token: '"' } });
    expect(verdict.ok ? '' : verdict.detail.en).toContain('date +%F_%T');
    expect(verdict.ok ? '' : verdict.detail.zh).toContain('date +%F_%T');
  });

  it('refuse what the danger list names, as whole words only', () => {
    for (const command of [
      'rm -rf /',
      'rm -fr /',
      'rm -r -f /',
      'rm / -R --force',
      'RM --RECURSIVE -f x',
      '/bin/rm -xrvf /',
      'rm --rec --fo /',
      'shutdown now',
      '/sbin/Reboot',
      'mkfs /dev/x',
      'mkfs.ext4 /dev/x',
      'fdisk -l',
      'dd if=/dev/zero',
      'curl http://x',
      'wget x',
      'nc -l 1',
      'systemctl reboot',
      'ls dd',
      '/opt/ops-scripts/a.sh curl',
    ]) {
      expect([command, said(command)]).toEqual([command, 'DANGEROUS']);
    }
    for (const command of [
      'ls /add',
      'systemctl status syncthing',
      'ls /etc/sudoers',
      'ls /usr/lib/libcurl4',
      'ls nc-archive',
      'systemctl status rsync',
    ]) {
      expect([command, said(command)]).toEqual([
        command,
        `runs ${command.replace('systemctl', 'systemctl --no-pager')}`,
      ]);
    }
    expect(said('rm x')).toBe('NOT_ALLOWED');
    expect(said('rm -r x')).toBe('NOT_ALLOWED');
  });

  it('know only the names they list, in their case', () => {
    for (const name of ['LS', 'ss', 'sudo', 'bash', 'constructor', '__proto__', 'toString', '-ls']) {
      expect([name, said(name)]).toEqual([name, 'NOT_ALLOWED']);
    }
  });
});

describe('a script', () => {
  it('runs beneath an allowed directory with an allowed extension', () => {
    expect(policy.judge('/opt/ops-scripts/sub/check.sh all')).toMatchObject({
      ok: true,
      kind: 'script',
      argv: ['/opt/ops-scripts/sub/check.sh', 'all'],
    });
  });

  it('is refused elsewhere, hidden, climbing, or of another kind', () => {
    for (const path of [
      '/opt/ops-scripts-evil/a.sh',
      '/opt/ops-scripts',
      '/opt/ops-scripts/',
      '/opt/ops-scripts/../a.sh',
      '/opt/ops-scripts/.hidden.sh',
      '/opt/ops-scripts/.d/a.sh',
      '/opt/ops-scripts//a.sh',
      '/opt/ops-scripts/a.SH',
      '/opt/ops-scripts/a',
      '/opt/ops-scripts/a.bat',
      '/opt/ops-scripts/-a.sh',
      `/opt/ops-scripts/${'a'.repeat(98)}.sh`,
      '/bin/ls',
      './a.sh',
      'opt/ops-scripts/a.sh',
    ]) {
      expect([path, said(path)]).toEqual([path, 'BAD_SCRIPT_PATH']);
    }
    expect(said('/opt/ops-scripts/a.sh', createPolicy({ ...LINUX, scriptDirs: [] }))).toBe('BAD_SCRIPT_PATH');
  });
});

describe('every refusal', () => {
  it('says which rule it is and what to do, in both languages and on one line', () => {
    const seen = new Set<string>();
    const commands = [
      '',
      'x'.repeat(1025),
      'ls |',
      `ls${' a'.repeat(40)}`,
      'dd',
      'vim',
      '/x.sh',
      ...Object.values(REFUSED).flat(),
    ];
    for (const command of commands) {
      const verdict = policy.judge(command);
      if (verdict.ok) throw new Error(`${command} is allowed`);
      const { token, zh, en } = verdict.detail;
      seen.add(verdict.reason);
      for (const sentence of [zh, en]) {
        expect(sentence).toContain(verdict.reason);
        expect(sentence.length).toBeLessThanOrEqual(512);
        expect(sentence).not.toMatch(/[\n\r]|undefined/);
      }
      expect(zh).toMatch(/\p{Script=Han}/u);
      expect(en).not.toMatch(/\p{Script=Han}/u);
      expect(token.length).toBeLessThanOrEqual(256);
    }
    expect([...seen].toSorted()).toEqual(REFUSAL_RULES.toSorted());
  });
});

describe('other platforms', () => {
  it('have on macOS what exists there, and one round of top', () => {
    const darwin = createPolicy({ ...LINUX, platform: 'darwin' });
    expect(darwin.names).not.toContain('systemctl');
    expect(said('top -n 1', darwin)).toBe('runs top -l 1');
    expect(said('top -l 1', darwin)).toBe('runs top -l 1');
    expect(said('ps -ef', darwin)).toBe('runs ps -Af');
    expect(said('ps -E', darwin)).toBe('BAD_ARGUMENT');
    expect(said('df -h', darwin)).toBe('runs df -h');
  });

  it('have on Windows the names of Linux, which the client answers by itself', () => {
    const windows = createPolicy({ ...LINUX, platform: 'win32' });
    expect(windows.names).toEqual(policy.names);
    expect(said('/opt/ops-scripts/a.bat', windows)).toBe('BAD_SCRIPT_PATH');
  });
});
