import type { EnrolmentFacts } from '@ops/protocol/http/enrolment.ts';
import { describe, expect, test } from 'vitest';

import { installCommands, isLocalName, isPlainHost, missingFor, WAYS } from './install-command.ts';
import type { InstallWish } from './install-command.ts';

const SUMS = 'a'.repeat(64);
const SCRIPT = 'b'.repeat(64);
const TOKEN = `ops1.0123456789abcdef.${'-_x'.repeat(14)}y`;
const FINGERPRINT = `sha256:${'c'.repeat(64)}`;

const facts: EnrolmentFacts = {
  authentication: true,
  tcp_port: 23_456,
  local_only: false,
  tls: null,
  version: '1.0.0',
  server_time_ms: 0,
  installer_sha256: SCRIPT,
  sums_sha256: SUMS,
  files: [{ name: 'ops-client-1.0.0-linux-x64.tar.gz', arch: 'x64', bytes: 1, sha256: 'd'.repeat(64) }],
};

const wish = (more: Partial<InstallWish> = {}): InstallWish => ({
  way: 'linux',
  rights: 'commands',
  root: true,
  host: '10.1.2.3',
  protocol: 'http:',
  httpPort: '3000',
  token: TOKEN,
  facts,
  ...more,
});

describe('the command for Linux', () => {
  test('fetches the script, checks it, and names everything by value', () => {
    expect(installCommands(wish())?.install).toBe(
      [
        'cd "$(mktemp -d)" &&',
        "cat >token <<'END' &&",
        TOKEN,
        'END',
        'curl -fsSLO http://10.1.2.3:3000/install.sh &&',
        `echo '${SCRIPT}  install.sh' | sha256sum -c - &&`,
        'sudo sh install.sh install \\',
        '  --from http://10.1.2.3:3000 \\',
        '  --server 10.1.2.3 --port 23456 \\',
        `  --sums ${SUMS} \\`,
        '  --token-file token',
      ].join('\n'),
    );
  });

  test('pins the certificate of a server that speaks TLS, and asks for no more than monitoring', () => {
    const commands = installCommands(
      wish({ rights: 'monitor', root: false, facts: { ...facts, tls: { fingerprint: FINGERPRINT } } }),
    );
    expect(commands?.install).toContain(`--tls-fingerprint ${FINGERPRINT} --token-file token --monitor-only`);
    expect(commands?.install).not.toContain('sudo');
    expect(commands?.uninstall).toBe('sh ~/.local/share/ops-client/program/install.sh uninstall');
  });

  test('speaks to an IPv6 address and to the usual port', () => {
    const { install } = installCommands(wish({ host: '2001:db8::1', protocol: 'https:', httpPort: '' }))!;
    expect(install).toContain('--from https://[2001:db8::1] ');
    expect(install).toContain('--server 2001:db8::1 ');
  });
});

describe.each(WAYS)('the command for %s', (way) => {
  test('has the token in a file only: never in an argument or in the environment', () => {
    const { install } = installCommands(wish({ way }))!;
    const lines = install.split('\n');
    const at = lines.indexOf(TOKEN);
    expect(lines[at - 1]).toMatch(/<<'END' &&$/);
    expect(lines[at + 1]).toBe('END');
    expect(install.split(TOKEN)).toHaveLength(2);
  });

  test('has no token where none is needed', () => {
    expect(installCommands(wish({ way, token: undefined }))?.install).not.toMatch(/token/i);
  });

  test('comes with the way back', () => {
    expect(installCommands(wish({ way }))?.uninstall).not.toBe('');
  });

  test.each(['a b', 'a;id', '$(id)', "a'b", 'a\nb', '-x', ''])('S-27: holds nothing like %j', (host) => {
    expect(isPlainHost(host)).toBe(false);
    expect(() => installCommands(wish({ way, host }))).toThrow('must not get into a command');
  });
});

test('what a server cannot hand out is told before a token is made', () => {
  const bare = { ...facts, files: [], sums_sha256: null };
  expect(missingFor('linux', bare)).toBe('files');
  expect(missingFor('docker', bare)).toBe('files');
  expect(missingFor('source', bare)).toBeUndefined();
  expect(missingFor('linux', { ...facts, installer_sha256: null })).toBe('installer');
  expect(installCommands(wish({ facts: bare }))).toBeUndefined();
});

test('names that mean this machine are known', () => {
  expect(['localhost', '127.0.0.1', '::1', 'ops.example'].map(isLocalName)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});
