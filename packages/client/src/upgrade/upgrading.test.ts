/** The machine between a server and a process, both in the hands of the test; the program on trial is a real one. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ClientMessage } from '@ops/protocol/wire/messages.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { systemExec } from '@ops/runtime/exec.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { systemDisk } from '@ops/runtime/system-disk.ts';
import { makeRelease } from '@ops/testkit/release-of-client.ts';
import { signingKey } from '@ops/testkit/signed-release.ts';
import type { TestRelease } from '@ops/testkit/signed-release.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { partOf } from '@ops/testkit/upgrading-server.ts';
import { describe, expect, it, onTestFinished } from 'vitest';

import { TRIAL_CONNECTED } from './role.ts';
import { upgradeFiles } from './state-file.ts';
import type { UpgradeFiles, UpgradeState } from './state-file.ts';
import { createUpgrading } from './upgrading.ts';
import type { Upgrading } from './upgrading.ts';

const key = signingKey();
const NOTHING: UpgradeState = { format: 1, kept: null, last: null, trial: null };

/** Says the right version; on trial it does this. */
const program = (does: string): TestRelease =>
  makeRelease({
    key,
    version: '1.0.0',
    release: { commit: 'bbbbbbbbbbbb', released_at: 2_000 },
    script: `#!/bin/sh\n[ "$1" = --version ] && { echo 'ops-client 1.0.0 (bbbbbbbbbbbb)'; exit; }\n${does}\n`,
  });
const GOOD = program(`echo '${TRIAL_CONNECTED}'; read line; exit 0`);

interface Host {
  readonly upgrading: Upgrading;
  /** What the process was told to do. */
  readonly did: string[];
  readonly sent: ClientMessage[];
  readonly directory: string;
  mayRest: boolean;
  becomes: () => Promise<never>;
  order(release: TestRelease, upgradeId?: string): string;
  told(): string[];
  state(): Promise<UpgradeState>;
}

async function host(write?: (files: UpgradeFiles, state: UpgradeState) => Promise<void>): Promise<Host> {
  const directory = await tempDirectory('upgrading');
  const files = upgradeFiles(directory.path, systemDisk);
  const did: string[] = [];
  const sent: ClientMessage[] = [];
  const releases = new Map<string, TestRelease>();
  const made: Host = {
    did,
    sent,
    directory: directory.path,
    mayRest: true,
    becomes: () => new Promise(() => {}),
    order(release, upgradeId = systemRandom.uuid()) {
      releases.set(upgradeId, release);
      const { manifest, signature } = release;
      made.upgrading.take({ type: 'upgrade', upgrade_id: upgradeId, manifest, signature });
      return upgradeId;
    },
    told: () =>
      sent.flatMap((one) =>
        one.type === 'upgrade_status' ? [`${one.state} ${one.reason ?? ''}`.trim()] : [],
      ),
    state: () => files.read(),
    upgrading: createUpgrading({
      host: { keys: [key.publicKey], release: undefined, os: 'linux', arch: process.arch },
      state: NOTHING,
      files: { ...files, write: (state) => (write ? write(files, state) : files.write(state)) },
      seat: {
        stopClient: () => Promise.resolve(void did.push('stop')),
        startClient: () => Promise.resolve(void did.push('start')),
        become(path) {
          did.push(`become ${path.slice(directory.path.length)}`);
          return made.becomes();
        },
      },
      spawn: { args: ['--config', 'x'], env: {}, cwd: directory.path, onErrors() {} },
      disk: systemDisk,
      freeBytes: () => Promise.resolve(1e12),
      exec: systemExec,
      clock: systemClock,
      log: silentLog,
    }),
  };
  made.upgrading.attach({
    send(message) {
      sent.push(message);
      if (message.type === 'upgrade_fetch')
        queueMicrotask(() => made.upgrading.take(partOf(message, releases.get(message.upgrade_id)!)));
      return true;
    },
    rest: () => made.mayRest,
  });
  onTestFinished(async () => {
    made.becomes = () => Promise.reject(new Error('over'));
    await directory.remove();
  });
  return made;
}

const after = (made: Host, what: string): Promise<true> =>
  until(() => made.did.some((one) => one.startsWith(what)), {
    what: `${what} in ${made.did.join(', ')}`,
    within: 10_000,
  });

it('stops the client, tries the program, keeps it, and becomes it', async () => {
  const made = await host();
  const id = made.order(GOOD);
  await after(made, 'become');
  const folder = GOOD.release.files[0]!.sha256.slice(0, 16);
  expect(made.did).toEqual(['stop', `become /upgrade/${folder}/bin/ops-client`]);
  expect(made.told()).toEqual(['fetching', 'waiting', 'trying']);
  expect(await made.state()).toMatchObject({
    kept: { folder, starts: 0 },
    last: { upgrade_id: id, state: 'done' },
  });
});

it('a program that cannot be become: the client runs again, and what is kept stays so', async () => {
  const made = await host();
  made.becomes = () => Promise.reject(new Error('EACCES'));
  made.order(GOOD);
  await after(made, 'start');
  expect((await made.state()).kept).not.toBeNull();
  expect((await made.state()).last?.state).toBe('done');
});

const full = (state: 'trying' | 'done') => async (files: UpgradeFiles, to: UpgradeState) => {
  if (to.last?.state === state) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
  await files.write(to);
};

describe('a disk that cannot be written', () => {
  it('before the trial: nothing is tried', async () => {
    const made = await host(full('trying'));
    made.order(GOOD);
    await after(made, 'start');
    expect(made.did).toEqual(['stop', 'start']);
    expect((await made.state()).last).toMatchObject({ state: 'failed', reason: 'disk' });
  });
  it('after it: the program that is connected is ended, and the client runs again', async () => {
    const made = await host(full('done'));
    made.order(program(`echo $$ >pid; echo '${TRIAL_CONNECTED}'; exec sleep 600`));
    await after(made, 'start');
    expect(await made.state()).toMatchObject({
      kept: null,
      last: { state: 'failed', reason: 'disk' },
      trial: null,
    });
    const pid = (await readFile(join(made.directory, 'pid'), 'utf8')).trim();
    await expect(readFile(`/proc/${pid}/stat`)).rejects.toThrow('ENOENT');
  });
});

describe('another order', () => {
  it('is refused while one is under way, and replaces one the server did not order again', async () => {
    const made = await host();
    made.mayRest = false;
    const first = made.order(GOOD);
    await until(() => made.told().includes('waiting'), { what: 'waiting' });
    made.order(GOOD);
    expect(made.told().at(-1)).toBe('refused busy_upgrading');
    made.upgrading.down();
    const third = made.order(GOOD);
    await until(() => made.upgrading.report().last?.upgrade_id === third, { what: 'the third order' });
    made.mayRest = true;
    await after(made, 'become');
    expect(made.sent).toContainEqual(
      expect.objectContaining({ upgrade_id: first, state: 'failed', reason: 'interrupted' }),
    );
    expect((await made.state()).last).toMatchObject({ upgrade_id: third, state: 'done' });
  });

  it('with an id that is over is answered by how it ended', async () => {
    const made = await host();
    const id = made.order(program('exit 7'));
    await after(made, 'start');
    await until(() => made.upgrading.report().last?.state === 'back', { what: 'back' });
    made.order(GOOD, id);
    expect(made.sent.at(-1)).toMatchObject({
      upgrade_id: id,
      state: 'back',
      reason: 'ended',
      detail: 'status 7',
    });
  });
});

it('is refused without a byte written, however often', async () => {
  let writes = 0;
  const made = await host((files, state) => {
    writes++;
    return files.write(state);
  });
  const foreign = { ...GOOD, signature: { ...GOOD.signature, key: signingKey().publicKey } };
  for (let time = 0; time < 100; time++) made.order(foreign);
  expect(made.told()).toEqual(Array.from({ length: 100 }, () => 'refused key_not_trusted'));
  expect(made.upgrading.report().last).toMatchObject({ state: 'refused', reason: 'key_not_trusted' });
  await made.upgrading.stop();
  expect(writes).toBe(0);
});

it('is cancelled only before the trial', async () => {
  const made = await host();
  made.mayRest = false;
  const id = made.order(GOOD);
  await until(() => made.told().includes('waiting'), { what: 'waiting' });
  made.upgrading.take({ type: 'cancel_upgrade', upgrade_id: systemRandom.uuid() });
  made.upgrading.take({ type: 'cancel_upgrade', upgrade_id: id });
  await until(() => made.told().includes('failed interrupted'), { what: 'the end' });
  made.mayRest = true;
  made.upgrading.idle();

  const other = made.order(program(`trap 'echo hup >hup' HUP; echo up >up; while :; do read line; done`));
  await until(() => readFile(join(made.directory, 'up')).then(Boolean, () => false), { what: 'the trial' });
  made.upgrading.take({ type: 'cancel_upgrade', upgrade_id: other });
  // What reloads the parent reloads it as well.
  made.upgrading.hangUp();
  await until(() => readFile(join(made.directory, 'hup')).then(Boolean, () => false), {
    what: 'the hang-up',
  });
  await made.upgrading.stop();
  expect(made.did).toEqual(['stop']);
  expect((await made.state()).last).toMatchObject({
    upgrade_id: other,
    state: 'back',
    reason: 'interrupted',
  });
});
