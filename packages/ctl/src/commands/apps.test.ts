import { utimesSync } from 'node:fs';
import { join } from 'node:path';

import { systemClock } from '@ops/runtime/clock.ts';
import { until } from '@ops/testkit/until.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startFleet } from '../test-fleet.ts';
import type { Fleet, Host } from '../test-fleet.ts';
import { testTerminal } from '../test-terminal.ts';

const SHOWN = { within: 15_000 };

let fleet: Fleet;
let one: Host;
let two: Host;

beforeAll(async () => {
  fleet = await startFleet(['n=1', 'n=2', 'n=3']);
  [one, two] = [fleet.hosts[0]!, fleet.hosts[1]!];
}, 60_000);
afterAll(() => fleet[Symbol.asyncDispose](), 60_000);

describe('apps', () => {
  it('lists them by host, and marks what differs from most hosts', async () => {
    const all = await fleet.call(['apps']);
    expect(all.status).toBe(0);
    const [head = '', ...rows] = all.out.trimEnd().split('\n');
    expect(head).toMatch(/^APP +HOST +STATUS +VERSION +BRANCH\/COMMIT +DEPLOYED +NOTE$/);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatch(/^shop +\S+ +Running +v1 +- +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/);

    const update = await fleet.call(['apps', 'update', 'shop', one.id, 'v2']);
    expect(update).toMatchObject({ status: 0, out: expect.stringContaining('Getting shop v2\n') as unknown });
    expect(update.err).toMatch(
      /ops: update said success.*\n\S+ {2}Update shop to v2 {2}Completed {2}exit 0 {2}/,
    );
    // As if it had been running for long.
    const later = systemClock.wall() / 1000 + 10;
    utimesSync(join(one.app, 'VERSION'), later, later);
    await until(
      async () =>
        /v2 .*updated, not restarted, ≠ most hosts have v1$/m.test((await fleet.call(['apps'])).out),
      { ...SHOWN, what: 'the drift' },
    );
    const filtered = await fleet.json(['apps', 'sho', '-l', 'n=1', '--status', 'Running']);
    expect(filtered).toMatchObject({
      apps: [{ client_id: one.id, name: 'shop', version: 'v2', drift: { kind: 'version', most: 'v1' } }],
    });
    expect(await fleet.json(['apps', '--host', two.id])).toMatchObject({ apps: [{ drift: null }] });
    expect(await fleet.json(['apps', '--status', 'stopped'])).toEqual({ apps: [] });
    expect(await fleet.json(['apps', 'other'])).toEqual({ apps: [] });
  });

  it('stops, starts and restarts one, looks at it, and ends as its script does', async () => {
    const stop = await fleet.call(['apps', 'stop', 'shop', two.id]);
    expect(stop).toMatchObject({ status: 0, out: expect.stringContaining('shop has stopped') as unknown });
    expect((await fleet.call(['apps', 'status', 'shop', two.id])).out).toBe('Stopped, VERSION v1\n');
    expect((await fleet.call(['apps', 'start', 'shop', two.id])).status).toBe(0);
    expect(await fleet.json(['apps', 'restart', 'shop', two.id])).toMatchObject({
      Completed: { exit_code: 0, command: 'Restart shop' },
    });
    const bad = await fleet.call(['apps', 'update', 'shop', two.id, 'v3-bad']);
    expect(bad).toMatchObject({ status: 1, out: expect.stringContaining('there is no v3-bad') as unknown });
    expect(bad.err).toContain('not updated: getting v3-bad failed with status 1; v1 stays');
  });

  it('shows the versions one has had, and goes back to the one before when somebody agrees', async () => {
    await fleet.call(['apps', 'update', 'shop', two.id, 'v2']);
    const releases = await fleet.call(['apps', 'releases', 'shop', two.id]);
    expect(releases.status).toBe(0);
    expect(releases.out).toMatch(/^TIME \(UTC\) .*\n.* v2 +v1 +update +succeeded +\S+( +\*)?\n/);

    const no = testTerminal({ isInputTerminal: true, answers: ['n'] });
    expect((await fleet.call(['apps', 'rollback', 'shop', two.id], no)).status).toBe(1);
    expect(no.stderr()).toContain('→ v1\nRoll it back? [y/N]');
    const yes = testTerminal({ isInputTerminal: true, answers: ['y'] });
    expect((await fleet.call(['apps', 'rollback', 'shop', two.id], yes)).status).toBe(0);
    expect(fleet.versions()[1]).toBe('v1');
    expect(await fleet.json(['apps', 'releases', 'shop', two.id, '-n', '1'])).toMatchObject({
      releases: [{ kind: 'rollback', version: 'v1', version_before: 'v2' }],
    });
    const third = fleet.hosts[2]!.id;
    expect(await fleet.call(['apps', 'rollback', 'shop', third])).toMatchObject({
      status: 1,
      err: expect.stringContaining('no earlier version') as unknown,
    });
  });

  it('stops looking when it is interrupted, and says how to go on', async () => {
    const terminal = testTerminal();
    terminal.interrupt();
    const called = await fleet.call(['apps', 'restart', 'shop', two.id], terminal);
    expect(called.status).toBe(130);
    const id = /opsctl result --follow (\S+)/.exec(called.err)?.[1] ?? '';
    expect((await fleet.call(['result', '--follow', id])).status).toBe(0);
  });

  it.each([
    [['apps', 'start'], /it is opsctl apps start APP HOST/],
    [['apps', 'update', 'shop', 'host'], /it is opsctl apps update APP HOST VERSION/],
    [['apps', 'start', 'shop', 'host', '-l', 'a=b'], /apps start takes no --selector/],
    [['apps', 'shop', 'host'], /unexpected argument "host"/],
    [['apps', '--status', 'odd'], /--status is one of Running, Stopped, Unknown/],
    [['apps', '--yes'], /apps takes no --yes/],
  ])('%j is a mistake: status 2', async (args, expected) => {
    const { status, err } = await fleet.call(args);
    expect([status, err]).toEqual([2, expect.stringMatching(expected)]);
  });

  it('of an application or a host nobody knows is a failure', async () => {
    expect((await fleet.call(['apps', 'start', 'nothing', one.id])).status).toBe(1);
    expect((await fleet.call(['apps', 'start', 'shop', 'nowhere'])).err).toContain('no host is called');
  });
});
