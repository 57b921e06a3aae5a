/** Rollouts from the terminal, against the real server and real clients. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startFleet } from '../test-fleet.ts';
import type { Called, Fleet } from '../test-fleet.ts';
import { testTerminal } from '../test-terminal.ts';

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet(['n=1', 'n=2', 'n=3']);
}, 60_000);
afterAll(() => fleet[Symbol.asyncDispose](), 60_000);

const QUICK = ['--soak', '0', '--status', 'any', '--yes'];
const to = (version: string, ...more: readonly string[]): Promise<Called> =>
  fleet.call(['rollout', 'shop', '--to', version, '--all', ...more]);
const idIn = (text: string): string => /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(text)?.[0] ?? '';

describe('a rollout', () => {
  it('shows what will happen, asks, goes wave by wave and says how each wave went', async () => {
    const no = testTerminal({ isInputTerminal: true, answers: ['n'] });
    expect((await fleet.call(['rollout', 'shop', '--to', 'v2', '--all'], no)).status).toBe(1);
    expect(no.stderr()).toMatch(/^shop → v2: 3 hosts in 3 waves\n {2}wave 1 +1 +\S+ \(v1\)\n {2}wave 2 +1 /);
    expect(no.stderr()).toContain('Begin? [y/N]');
    expect(fleet.versions()).toEqual(['v1', 'v1', 'v1']);

    const pipe = await to('v2');
    expect(pipe).toMatchObject({ status: 2, out: '' });
    expect(pipe.err).toContain('needs --yes');

    const done = await to('v2', '--waves', '1,rest', ...QUICK);
    expect(done.status).toBe(0);
    expect(done.err).toMatch(/\nwave 1\/2 passed: 1 healthy\n(?:.*\n)*wave 2\/2 passed: 2 healthy\n/);
    expect(done.out).toMatch(
      /^\S+ {2}shop → v2 {2}succeeded {2}\S+\nWAVE +STATE +HOSTS +RESULT\n1 +passed +1 +1 healthy\n/,
    );
    expect(done.out).not.toContain('HOST ');
    expect(fleet.versions()).toEqual(['v2', 'v2', 'v2']);

    const again = await to('v2', '--yes');
    expect(again.status).toBe(0);
    expect(again.err).toMatch(
      /^shop → v2: 0 hosts in 0 waves, 3 skipped\n {2}skipped +3 +.*has it already.*\nNothing/,
    );
  });

  it('that fails on its first host is held, and is rolled back when somebody says so', async () => {
    const held = await to('v3-bad', ...QUICK);
    expect(held.status).toBe(1);
    expect(held.out).toMatch(/ held {2}/);
    expect(held.out).toMatch(/\nHOST +WAVE +STATE +BEFORE +WHY\n\S+ +1 +failed +v2 +command: /);
    const id = idIn(held.out);
    expect(held.err).toContain(`opsctl rollout resume|stop|rollback ${id}`);
    expect(fleet.versions()).toEqual(['v2', 'v2', 'v2']);

    expect((await fleet.call(['rollouts', 'shop'])).out).toMatch(
      new RegExp(`^TIME .*\\n\\S+ \\S+ +${id} +shop → v3-bad +held +1/3 +`),
    );
    const stop = await fleet.call(['rollout', 'stop', id, '--follow']);
    expect(stop.status).toBe(0);
    const shown = await fleet.json(['rollout', 'show', id]);
    expect(shown).toMatchObject({ rollout: { id, state: 'stopped' }, hosts: { length: 3 } });
    expect((await fleet.call(['rollout', 'resume', id])).status).toBe(1);
  });

  it('whose hosts do not stay what they must be goes back by itself when it was told to', async () => {
    const called = await to(
      'v4-frail',
      '--waves',
      '1,rest',
      '--restart',
      '--soak',
      '5',
      '--on-failure',
      'rollback',
      '--yes',
    );
    expect(called.status).toBe(1);
    expect(called.err).toMatch(/\nwave 1\/2 failed: /);
    expect(called.out).toMatch(/ rolled_back {2}/);
    expect(fleet.versions()).toEqual(['v2', 'v2', 'v2']);
  }, 60_000);

  it('of an action names its hosts one by one, and ends with one object', async () => {
    const [one] = fleet.hosts;
    const called = await fleet.json(['rollout', 'shop', one!.id, '--action', 'restart', ...QUICK]);
    expect(called).toMatchObject({
      rollout: { state: 'succeeded', action: 'Restart', version: null, targets: 1 },
      hosts: [{ client_id: one!.id, state: 'healthy' }],
    });
  });

  it('goes on when somebody stops looking; it is paused, resumed and rolled back by its id', async () => {
    const terminal = testTerminal({
      isErrorTerminal: true,
      onError: (text, self) => {
        if (text.includes('soaking')) self.interrupt();
      },
    });
    const args = [
      'rollout',
      'shop',
      '--to',
      'v5',
      '-l',
      'n in (1,2)',
      '--waves',
      '1,rest',
      '--soak',
      '600',
      '--yes',
    ];
    const called = await fleet.call(args, terminal);
    expect(called.status).toBe(130);
    const id = /opsctl rollout pause (\S+)/.exec(called.err)?.[1] ?? '';
    expect(called.err).toContain(`opsctl rollout show --follow ${id}`);

    expect((await fleet.call(['rollout', 'pause', id])).status).toBe(0);
    expect((await fleet.call(['rollout', 'show', id])).out).toMatch(/ paused {2}/);
    expect((await fleet.call(['rollout', 'resume', id])).status).toBe(0);
    const back = await fleet.call(['rollout', 'rollback', id, '--follow']);
    expect(back.status).toBe(0);
    expect(back.out).toMatch(/ rolled_back {2}/);
    expect(fleet.versions()).toEqual(['v2', 'v2', 'v2']);
  }, 60_000);

  it.each([
    [['shop', '--all'], /--to VERSION or --action/],
    [['shop', '--to', 'v2', '--action', 'stop', '--all'], /--to and --action .*: give one of the two/],
    [['shop', '--action', 'dance', '--all'], /--action is one of Start, Stop, Restart/],
    [['shop', '--action', 'stop', '--restart', '--all'], /--restart belongs to --to/],
    [['shop', '--to', 'v2'], /name the hosts in one way/],
    [['shop', 'host', '--to', 'v2', '--all'], /name the hosts in one way/],
    [['shop', '--to', 'v2', '--all', '--waves', '0,rest'], /--waves is/],
    [['shop', '--to', 'v2', '--all', '--waves', '101%'], /--waves is/],
    [['shop', '--to', 'v2', '--all', '--check', 'cpu_usage'], /--check is READING:N/],
    [['shop', '--to', 'v2', '--all', '--check', 'heat:1'], /--check is one of cpu_usage/],
    [['shop', '--to', 'v2', '--all', '--check', 'load1:1001'], /--check is READING:N with N from 0 to 1000/],
    [['shop', '--to', 'v2', '--all', '--soak', '86401'], /--soak must be/],
    [['shop', '--to', 'v2', '--all', '--status', 'odd'], /--status is one of Running, Stopped, Unknown, any/],
    [['shop', '--to', 'v2', '--all', '--on-failure', 'cry'], /--on-failure is one of hold, rollback/],
    [['shop', '--to', 'v2', '--all', '--follow'], /rollout takes no --follow/],
    [['show'], /it is opsctl rollout show ID/],
    [['pause', 'a', 'b'], /it is opsctl rollout pause ID/],
    [['show', 'a', '--yes'], /rollout show takes no --yes/],
  ])('%j is a mistake: status 2', async (args, expected) => {
    const { status, err } = await fleet.call(['rollout', ...args]);
    expect([status, err]).toEqual([2, expect.stringMatching(expected)]);
  });

  it('that nobody knows is a failure', async () => {
    expect((await fleet.call(['rollout', 'show', '00000000-0000-4000-8000-000000000000'])).status).toBe(1);
  });
});
