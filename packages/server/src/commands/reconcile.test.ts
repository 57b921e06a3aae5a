import { describe, expect, it } from 'vitest';

import { reconcile, type CommandFacts, type Decision, type ReportFacts } from './reconcile.ts';

const A = 'journal a';
const B = 'journal b';

/** The rules, as the page about reliability has them, read from the top: the first that fits decides. */
const RULES: readonly (readonly [string, (c: CommandFacts, r: ReportFacts) => boolean, Decision])[] = [
  ['1. listed finished: its result comes', (_c, r) => r.listed === 'finished', 'wait'],
  ['1. listed waiting: it will begin', (_c, r) => r.listed === 'waiting', 'wait'],
  ['1. listed running', (_c, r) => r.listed === 'running', 'executing'],
  ['held by its batch', (c) => !c.carried && c.held, 'keep'],
  ['4. past its time, no connection carried it', (c) => !c.carried && !c.inTime, 'expired'],
  ['its turn comes', (c) => !c.carried, 'keep'],
  ['3. acknowledged once', (c) => c.acknowledged, 'interrupted'],
  ['3. the journal is another', (c, r) => c.epoch !== r.epoch, 'interrupted'],
  ['3. the journal went back', (_c, r) => !r.historyFits, 'interrupted'],
  ['2. it never came, and nobody wants it', (c) => c.cancelRequested, 'cancelled'],
  ['4. past its time, a connection carried it', (c) => !c.inTime, 'interrupted'],
  ['2. it never came', () => true, 'send_again'],
];

const BOTH = [false, true];

function everyCase(): { command: CommandFacts; report: ReportFacts }[] {
  const cases: { command: CommandFacts; report: ReportFacts }[] = [];
  for (const held of BOTH)
    for (const carried of BOTH)
      for (const acknowledged of BOTH)
        for (const epoch of [null, A, B])
          for (const inTime of BOTH)
            for (const cancelRequested of BOTH)
              for (const listed of [undefined, 'waiting', 'running', 'finished'] as const)
                for (const historyFits of BOTH)
                  cases.push({
                    command: { held, carried, acknowledged, epoch, inTime, cancelRequested },
                    report: { listed, epoch: A, historyFits },
                  });
  return cases;
}

describe('reconciliation after a reconnect', () => {
  it('decides every combination by the first rule that fits', () => {
    const used = new Set<string>();
    for (const { command, report } of everyCase()) {
      const [name, , decision] = RULES.find(([, fits]) => fits(command, report))!;
      used.add(name);
      expect(reconcile(command, report), `${name}: ${JSON.stringify({ command, report })}`).toBe(decision);
    }
    expect(used.size).toBe(RULES.length);
  });

  it('never sends again what was acknowledged, what another journal had, or what a journal forgot', () => {
    const again = everyCase().filter(({ command, report }) => reconcile(command, report) === 'send_again');
    expect(again.length).toBeGreaterThan(0);
    for (const { command, report } of again) {
      expect(command).toMatchObject({
        carried: true,
        acknowledged: false,
        epoch: report.epoch,
        inTime: true,
      });
      expect(report).toMatchObject({ listed: undefined, historyFits: true });
    }
  });
});
