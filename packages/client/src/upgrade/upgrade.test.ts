/** Real programs, real processes, a real connection: from the order to the new program, and back to the one before. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { signingKey } from '@ops/testkit/signed-release.ts';
import { until } from '@ops/testkit/until.ts';
import type { UpgradingServer } from '@ops/testkit/upgrading-server.ts';
import { describe, expect, it } from 'vitest';

import { head } from '../test-client.ts';
import { bad, good, KEY, NEW, NEWEST, OLD, scene } from './test-upgrade.ts';

const MINUTE = 60_000;

/** The connection of the new program. */
const trialAt = (server: UpgradingServer) =>
  until(
    () =>
      server.connected().find((one) => one.messages('register')[0]?.upgrade?.release?.commit === NEW.commit),
    { what: 'the trial' },
  );

describe('a good release', { timeout: 2 * MINUTE }, () => {
  it('comes over the connection, is tried, kept, and takes the place of the program; so does the one after it', async () => {
    const host = await scene({ waits: { 30_000: 300 } });
    const { server, client, runs } = host;
    const release = good(NEW);
    const upgradeId = server.order(release);
    await server.registeredAs(release, 2);
    expect(await runs(NEW)).toMatchObject(NEW);
    server.forget();
    expect(server.told.map(({ state }) => state).slice(0, 3)).toEqual(['fetching', 'waiting', 'trying']);
    expect(server.registers.at(-1)?.upgrade).toEqual({
      keys: [KEY.publicKey],
      release: { version: '1.0.0', ...NEW },
      last: { upgrade_id: upgradeId, state: 'done', reason: null, detail: null },
    });
    // The process is the same one: whoever looks after it has seen nothing.
    expect(await host.processes()).toEqual([client.program.pid]);

    const next = good(NEWEST);
    server.order(next);
    await server.registeredAs(next, 2);
    expect(await runs(NEWEST)).toMatchObject(NEWEST);
    server.forget();
    expect(await host.processes()).toEqual([client.program.pid]);
    await until(async () => (await readdir(await host.upgradeDirectory())).length === 2, {
      what: 'the release before to be removed from the disk',
    });

    // An orderly end and a start of what is installed lead to the newest one again.
    expect((await client.program.stop()).code).toBe(0);
    await host.again();
    expect(await runs(NEWEST)).toMatchObject(NEWEST);
    await until(async () => JSON.stringify((await host.state()).kept).includes('"starts":0'), {
      what: 'a start that counts for nothing, as it led to a connection',
    });

    // The package was upgraded meanwhile: the kept release is older, and goes.
    await host.client.program.stop();
    await host.again({ commit: 'dddddddddddd', released_at: 4_000 });
    await runs({ commit: 'dddddddddddd', released_at: 4_000 });
    expect(await readdir(await host.upgradeDirectory())).toEqual(['state.json']);
  });

  it('is taken by a host that only watches, and by one from source', async () => {
    const { server, runs } = await scene({ as: undefined, env: { OPS_CLIENT_READONLY: 'true' } });
    server.order(good(NEW));
    expect(await runs(NEW)).toMatchObject(NEW);
  });

  it('waits for a command to end, which is not interrupted', async () => {
    const { server, runs } = await scene();
    const connection = await server.current();
    connection.send({ type: 'command', ...head(), command: 'top -n 5 -d 2' });
    await until(() => connection.messages('command_accepted').length === 1, {
      what: 'the command to start',
    });
    const release = good(NEW);
    server.order(release);
    await server.status('waiting');
    expect(connection.messages('command_result')).toEqual([]);
    await server.status('trying');
    expect(connection.messages('command_result')).toMatchObject([{ outcome: 'completed', exit_code: 0 }]);
    await server.registeredAs(release, 2);
    expect(await runs(NEW)).toMatchObject(NEW);
  });

  it('leaves the new program its commands too, before it changes places with its parent', async () => {
    const host = await scene();
    const { server, client, runs } = host;
    const release = good(NEW);
    server.order(release);
    await server.registeredAs(release, 1);
    const connection = await trialAt(server);
    connection.send({ type: 'command', ...head(), command: 'top -n 3 -d 1' });
    await until(() => connection.messages('command_result').length === 1, {
      what: 'the result of the command, from the program on trial',
      within: 20_000,
    });
    expect(connection.messages('command_result')).toMatchObject([{ outcome: 'completed', exit_code: 0 }]);
    await server.registeredAs(release, 2);
    expect(await runs(NEW)).toMatchObject(NEW);
    expect(await host.processes()).toEqual([client.program.pid]);
  });

  it('does not lie in the memory while it comes', async () => {
    const { server, client } = await scene();
    const big = randomBytes(64 * 1024 * 1024);
    const release = good(NEW, {
      entries: [{ path: 'ops-client-1.0.0-linux-x64/share/big', mode: 0o644, data: big }],
    });
    const before = (await client.program.usage()).anonymousBytes;
    let most = 0;
    const plain = server.answer;
    server.answer = (fetch, what) => {
      void client.program.usage().then(
        ({ anonymousBytes }) => (most = Math.max(most, anonymousBytes)),
        () => {},
      );
      return plain(fetch, what);
    };
    server.order(release);
    await server.status('waiting', { within: 50_000 });
    expect(server.fetched.length).toBeGreaterThan(340);
    expect(most - before).toBeLessThan(44 * 1024 * 1024);
  });
});

describe('a release that is no good', { timeout: 2 * MINUTE }, () => {
  const back = [
    ['ends at once', 'echo "Error: no such thing" >&2; exit 3', 'ended', 'status 3: Error: no such thing'],
    ['is killed', 'kill -9 $$', 'ended', 'signal SIGKILL'],
    ['hangs', 'echo "waiting" >&2; exec sleep 600', 'not_connected', 'waiting'],
    [
      'hangs, and ignores the polite signal',
      `trap '' TERM; while :; do sleep 0.2; done`,
      'not_connected',
      null,
    ],
  ] as const;
  it.each(back)(
    'one that %s: the program before runs again, in the same process',
    async (_, does, reason, detail) => {
      const host = await scene({ waits: { 60_000: 1500, 10_000: 1000 } });
      const { server, client, runs } = host;
      const upgradeId = server.order(bad(NEW, does));
      await until(() => server.registers.length === 2, {
        what: 'the program before to come back',
        within: 20_000,
      });
      const last = { upgrade_id: upgradeId, state: 'back', reason, detail };
      expect(server.registers[1]?.upgrade).toMatchObject({ release: OLD, last });
      expect(await runs(OLD)).toMatchObject(OLD);
      expect(await host.processes()).toEqual([client.program.pid]);
      // Ordered once more it tells the same, and tries nothing.
      expect(await server.status('back')).toMatchObject(last);
      expect(await readdir(await host.upgradeDirectory())).toEqual(['state.json']);
    },
  );

  it('does not stand in the way of the next order', async () => {
    const host = await scene();
    const { server, runs } = host;
    server.order(bad(NEW, 'exit 3'));
    await server.status('back');
    const release = good(NEW);
    server.order(release);
    await server.registeredAs(release, 2);
    expect(await runs(NEW)).toMatchObject(NEW);
  });

  it('one that runs, and finds no server', async () => {
    const { server, client, runs } = await scene({ waits: { 60_000: 4000 } });
    const { clientScript } = await import('@ops/testkit/release-of-client.ts');
    server.order(good(NEW, { script: clientScript(NEW, { OPS_SERVER_PORT: '1' }) }));
    await server.status('back', { within: 40_000 });
    expect(server.registers.at(-1)?.upgrade?.last).toMatchObject({
      state: 'back',
      reason: 'not_connected',
    });
    expect(server.registers.at(-1)?.upgrade?.last?.detail).toContain('127.0.0.1');
    expect(await runs(OLD)).toMatchObject(OLD);
    expect(client.program.isRunning).toBe(true);
  });

  const never = [
    ['does not start', '#!/nonexistent/interpreter\n', 'cannot be started'],
    ['says another version', '#!/bin/sh\necho "ops-client 9.9.9 (bbbbbbbbbbbb)"\n', '9.9.9'],
    ['fails when asked for its version', '#!/bin/sh\necho "no GLIBC_2.99" >&2; exit 1\n', 'no GLIBC_2.99'],
    ['never says its version', '#!/bin/sh\nexec sleep 600\n', 'did not end within 10 s'],
  ] as const;
  it.each(never)('one that %s: the program goes on as if nothing had been', async (_, script, detail) => {
    const { server, runs } = await scene({ waits: { 10_000: 1500 } });
    server.order(good(NEW, { script }));
    const told = await server.status('failed');
    expect(told.reason).toBe('does_not_start');
    expect(told.detail).toContain(detail);
    expect(server.registers).toHaveLength(1);
    expect(await runs(OLD)).toMatchObject(OLD);
  });

  const damaged = good(NEW);
  const refused = [
    ['of a key this host does not know', good(NEW, { key: signingKey() }), 'key_not_trusted'],
    [
      'whose signature is of another text',
      { ...damaged, manifest: damaged.manifest.replace('1.0.0', '1.0.1') },
      'bad_signature',
    ],
    ['that is older', good({ commit: '0'.repeat(12), released_at: 999 }), 'not_newer'],
    ['that is the one that runs', good(OLD), 'not_newer'],
    [
      'for another kind of machine',
      good(NEW, { arch: process.arch === 'x64' ? 'arm64' : 'x64' }),
      'no_archive',
    ],
  ] as const;
  it('is refused before a byte of it is fetched', async () => {
    const { server, runs } = await scene();
    for (const [, release, reason] of refused) {
      server.order(release);
      expect((await server.status('refused')).reason).toBe(reason);
    }
    expect(server.fetched).toEqual([]);
    expect(await runs(OLD)).toMatchObject(OLD);
  });
});

describe('whoever is killed', { timeout: 2 * MINUTE }, () => {
  it('while it fetches: the same order begins anew', async () => {
    const host = await scene();
    const { server, client, runs } = host;
    const big = [{ path: 'ops-client-1.0.0-linux-x64/share/big', mode: 0o644, data: randomBytes(600_000) }];
    const release = good(NEW, { entries: big });
    const plain = server.answer;
    server.answer = (fetch, what) => (fetch.offset > 0 ? undefined : plain(fetch, what));
    server.order(release);
    await until(() => server.fetched.some(({ offset }) => offset > 0), { what: 'the second part' });
    await client.program.kill9();
    server.answer = plain;
    await host.again();
    await server.registeredAs(release, 2);
    expect(await runs(NEW)).toMatchObject(NEW);
  });

  it('while it waits for a command: what is installed runs, and the order begins anew', async () => {
    const host = await scene();
    const { server, client, runs } = host;
    const connection = await server.current();
    connection.send({ type: 'command', ...head(), command: 'top -n 5 -d 5' });
    await until(() => connection.messages('command_accepted').length === 1, { what: 'the command to start' });
    const release = good(NEW);
    server.order(release);
    await server.status('waiting');
    await client.program.kill9();
    await host.again();
    await server.registeredAs(release, 2);
    expect(await runs(NEW)).toMatchObject(NEW);
  });

  const onTrial = [
    ['that has not connected', 'exec sleep 600'],
    ['that ignores everything', `trap '' TERM; while :; do sleep 0.2; done`],
  ] as const;
  it.each(onTrial)('during the trial of a program %s: the program before runs, alone', async (_, does) => {
    const host = await scene({ waits: { 12_000: 1000 } });
    const { server, client, runs } = host;
    server.order(bad(NEW, does));
    await server.status('trying');
    await until(async () => (await host.state()).trial !== null, {
      what: 'the trial',
      within: 20_000,
    });
    await client.program.kill9();
    await host.again();
    expect(await runs(OLD)).toMatchObject(OLD);
    expect(server.registers.at(-1)?.upgrade?.last).toMatchObject({ state: 'back', reason: 'interrupted' });
    expect((await server.status('back')).reason).toBe('interrupted');
  });

  it('when the new program is connected and kept, before it changed places: the new one runs, alone', async () => {
    const host = await scene();
    const { server, client, runs } = host;
    const release = good(NEW);
    server.order(release);
    await server.registeredAs(release, 1);
    const connection = await trialAt(server);
    connection.send({ type: 'command', ...head(), command: 'top -n 5 -d 5' });
    await until(() => connection.messages('command_accepted').length === 1, { what: 'the command to start' });
    await until(async () => (await host.state()).kept !== null, { what: 'the release to be kept' });
    await client.program.kill9();
    await host.again();
    await server.registeredAs(release, 2);
    expect(await runs(NEW)).toMatchObject(NEW);
  });

  it('by TERM during the trial: both end, and the program before comes back at the next start', async () => {
    const host = await scene();
    const { server, client, runs } = host;
    server.order(bad(NEW, 'exec sleep 600'));
    await server.status('trying');
    await until(async () => (await host.processes()).length > 1, { what: 'the trial', within: 20_000 });
    expect((await client.program.stop()).code).toBe(0);
    expect(await host.processes()).toEqual([]);
    server.forget();
    await host.again();
    expect(await runs(OLD)).toMatchObject(OLD);
    expect(server.registers.at(-1)?.upgrade?.last).toMatchObject({ state: 'back', reason: 'interrupted' });
  });
});

describe('the release that is kept', { timeout: 2 * MINUTE }, () => {
  it('is started only as it came, by a key that is still trusted, and not when it has failed again and again', async () => {
    const host = await scene();
    const { server, runs } = host;
    const release = good(NEW);
    server.order(release);
    await server.registeredAs(release, 2);
    expect(await runs(NEW)).toMatchObject(NEW);
    server.forget();
    const directory = await host.upgradeDirectory();
    const path = join(directory, 'state.json');
    const state = await readFile(path, 'utf8');
    const folder = (await host.state()).kept?.folder ?? '';
    const program = join(directory, folder, 'bin/ops-client');
    const script = await readFile(program, 'utf8');
    const last = (): unknown => server.registers.at(-1)?.upgrade?.last;

    // Without keys nothing of it is even looked at.
    await host.client.program.stop();
    await host.again(OLD, { OPS_UPGRADE_KEYS: '' });
    expect(await runs(OLD)).toMatchObject(OLD);
    expect(server.registers.at(-1)?.upgrade).toMatchObject({ keys: [], last: null });
    await host.client.program.stop();
    await host.again();
    expect(await runs(NEW)).toMatchObject(NEW);

    // A program that ends again and again is given up after a few starts, each of which is counted.
    for (let time = 1; time <= 2; time++) {
      await host.client.program.kill9();
      await until(() => server.connected().length === 0, { what: 'the end of the connection' });
      await host.again();
      expect(await runs(NEW)).toMatchObject(NEW);
      expect((await host.state()).kept?.starts).toBe(time + 1);
    }
    await host.client.program.kill9();
    await writeFile(path, state.replace('"starts": 0', '"starts": 5'));
    await host.again();
    expect(await runs(OLD)).toMatchObject(OLD);
    expect(last()).toMatchObject({ state: 'back', reason: 'ended' });
    expect(await readdir(directory)).toEqual(['state.json']);

    // The same release once more, and then a file of it is changed.
    server.order(release);
    await server.registeredAs(release, 7);
    expect(await runs(NEW)).toMatchObject(NEW);
    server.forget();
    await host.client.program.stop();
    await writeFile(program, `${script}\n`);
    await host.again();
    expect(await runs(OLD)).toMatchObject(OLD);
    expect(last()).toMatchObject({
      state: 'back',
      detail: expect.stringContaining(`${program} was changed`) as unknown,
    });
    expect(host.client.program.lines.join('\n')).toContain('was changed');
  });
});
