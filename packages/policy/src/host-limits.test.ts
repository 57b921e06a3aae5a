import { describe, expect, it } from 'vitest';

import { hostLimits, hostRefusal } from './host-limits.ts';
import { createPolicy } from './policy.ts';
import type { HostLimits, PolicyOptions } from './policy.ts';
import type { Refusal } from './verdict.ts';

const server: PolicyOptions = {
  platform: 'linux',
  custom: [],
  scriptDirs: ['/opt/ops-scripts', '/srv/scripts'],
  scriptExtensions: ['sh', 'py'],
};
const policy = createPolicy(server);

function refusal(command: string, host: HostLimits): Refusal | undefined {
  const verdict = policy.judge(command);
  if (!verdict.ok) throw new Error(`${command} is refused by the server`);
  return hostRefusal(verdict, host);
}

describe('the limits of a host', () => {
  const host = hostLimits(
    createPolicy({
      ...server,
      commands: ['uptime'],
      scriptDirs: ['/opt/ops-scripts'],
      scriptExtensions: ['sh'],
    }),
    false,
  );

  it('are what its policy allows', () => {
    expect(host).toEqual({
      readonly: false,
      commands: ['uptime'],
      script_dirs: ['/opt/ops-scripts'],
      script_extensions: ['sh'],
    });
  });

  it('refuse what it does not list', () => {
    expect(refusal('uptime', host)).toBeUndefined();
    expect(refusal('df -h', host)).toMatchObject({ reason: 'NOT_ALLOWED', detail: { token: 'df' } });
    expect(refusal('/opt/ops-scripts/a.sh x', host)).toBeUndefined();
    expect(refusal('/opt/ops-scripts/a.py', host)).toMatchObject({ reason: 'BAD_SCRIPT_PATH' });
    expect(refusal('/srv/scripts/a.sh', host)).toMatchObject({ reason: 'BAD_SCRIPT_PATH' });
  });

  it('refuse everything when the host only watches', () => {
    expect(refusal('uptime', { ...host, readonly: true })?.detail.en).toContain('readonly');
  });
});
