import { expect, it } from 'vitest';

import { createRedact } from '../log-line.ts';
import { fault, ok, runChecks, warning } from './finding.ts';
import { jsonReport, textReport } from './report.ts';

const SECRET = 'hunter2-hunter2-hunter2';
const found = runChecks<number>(
  [
    { id: 'port', run: (facts) => ok(`port ${facts} is free`, `端口 ${facts} 空闲`) },
    { id: 'nothing', run: () => undefined },
    {
      id: 'clocks',
      run: () => [
        warning('a bit off', '略有偏差', 'sudo timedatectl set-ntp true'),
        fault(`a peer said \u001b[31m${SECRET}\n✓ ok`, '对端'),
      ],
    },
  ],
  3000,
);
const needs = { program: 'ops-x', version: '1.2.3', redact: createRedact([SECRET]) };

it('is one line for each finding: sign, word, id, cause, command', () => {
  expect(textReport(found, { ...needs, language: 'en' })).toBe(
    [
      'ops-x 1.2.3 doctor',
      '✓ ok       port    port 3000 is free',
      '! warning  clocks  a bit off  → sudo timedatectl set-ntp true',
      '✗ fault    clocks  a peer said \\u001b[31m[redacted]\\u000a✓ ok',
      '1 fault, 1 warning',
      '',
    ].join('\n'),
  );
});

it('is Chinese when asked', () => {
  const lines = textReport(found, { ...needs, language: 'zh' }).split('\n');
  expect(lines[1]).toBe('✓ 正常  port    端口 3000 空闲');
  expect(lines.at(-2)).toBe('1 个故障，1 个警告');
});

it('is JSON for machines', () => {
  const text = jsonReport(found, { ...needs, language: 'en' });
  expect(text).not.toContain(SECRET);
  expect(JSON.parse(text)).toMatchObject({
    program: 'ops-x',
    faults: 1,
    warnings: 1,
    findings: [
      { id: 'port', level: 'ok', cause: 'port 3000 is free' },
      { id: 'clocks', level: 'warning', mend: 'sudo timedatectl set-ntp true' },
      { id: 'clocks', level: 'fault' },
    ],
  });
});
