/** What a server, a line and a disk may do while a release is fetched; with real files, and a clock turned by hand. */
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';

import { MAX_UPGRADE_PART, UPGRADE_PATIENCE_MS } from '@ops/protocol/domain/upgrade.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import type { Disk } from '@ops/runtime/disk.ts';
import { systemExec } from '@ops/runtime/exec.ts';
import { systemDisk } from '@ops/runtime/system-disk.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { makeRelease } from '@ops/testkit/release-of-client.ts';
import { signingKey } from '@ops/testkit/signed-release.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { partOf } from '@ops/testkit/upgrading-server.ts';
import { describe, expect, it, onTestFinished } from 'vitest';

import { PART_WITHIN_MS, startAttempt } from './attempt.ts';
import type { Attempt } from './attempt.ts';
import { SPACE_FACTOR } from './download.ts';
import { UpgradeFailure } from './failure.ts';
import { judgeRelease } from './judge-release.ts';
import { upgradeFiles } from './state-file.ts';

const ID = '6f1d3a52-9a0e-4c55-8d3e-0b7a4f6c2d18';
const key = signingKey();
const RELEASE = { commit: 'bbbbbbbbbbbb', released_at: 2_000 };
const release = makeRelease({
  key,
  version: '1.0.0',
  release: RELEASE,
  script: '#!/bin/sh\necho "ops-client 1.0.0 (bbbbbbbbbbbb)"\n',
  // Three parts.
  entries: [{ path: 'x', mode: 0o644, data: randomBytes(2.5 * MAX_UPGRADE_PART) }],
});

interface Under {
  readonly attempt: Attempt;
  readonly clock: ManualClock;
  readonly asked: MessageOf<'upgrade_fetch'>[];
  readonly directory: string;
  isUp: boolean;
  /** What the commands of the host allow. */
  mayRest: boolean;
  /** The next fetch that was not answered yet. */
  next(): Promise<MessageOf<'upgrade_fetch'>>;
  answer(change?: Partial<MessageOf<'upgrade_part'>>): Promise<void>;
  /** All that is left. */
  whole(): Promise<void>;
}

async function attempt(options: { disk?: Disk; free?: number } = {}): Promise<Under> {
  const directory = await tempDirectory('attempt');
  onTestFinished(() => directory.remove());
  const host = { keys: [key.publicKey], release: undefined, os: 'linux', arch: process.arch };
  const clock = new ManualClock();
  const asked: MessageOf<'upgrade_fetch'>[] = [];
  let answered = 0;
  const under: Under = {
    clock,
    asked,
    directory: directory.path,
    isUp: true,
    mayRest: true,
    async next() {
      await until(() => asked.length > answered, { what: 'a fetch' });
      return asked[answered++]!;
    },
    async answer(change = {}) {
      under.attempt.part({ ...partOf(await under.next(), release), ...change });
    },
    async whole() {
      const { size } = release.release.files[0]!;
      for (;;) {
        const fetch = await under.next();
        const part = partOf(fetch, release);
        under.attempt.part(part);
        if (fetch.offset + Buffer.from(part.data, 'base64').length >= size) return;
      }
    },
    attempt: startAttempt({
      upgradeId: ID,
      signed: release,
      taken: judgeRelease(release, host),
      files: upgradeFiles(directory.path, systemDisk),
      disk: options.disk ?? systemDisk,
      freeBytes: () => Promise.resolve(options.free ?? 1e12),
      exec: systemExec,
      clock,
      send(message) {
        if (!under.isUp) return false;
        if (message.type === 'upgrade_fetch') asked.push(message);
        return true;
      },
      rest: () => under.mayRest,
      onWaiting() {},
    }),
  };
  under.attempt.rested.catch(() => undefined);
  return under;
}

/** How it came to nothing. */
async function failure(under: Under): Promise<UpgradeFailure> {
  const end: unknown = await under.attempt.rested.catch((cause: unknown) => cause);
  if (!(end instanceof UpgradeFailure)) throw new Error('it came to rest');
  return end;
}

it('part after part, one at a time, and then it comes to rest', async () => {
  const under = await attempt();
  await under.answer();
  expect(under.asked.length).toBeLessThanOrEqual(2);
  await under.whole();
  expect((await under.attempt.rested).files.map(({ path }) => path)).toEqual([
    'bin/ops-client',
    'lib/libnothing.so.1',
  ]);
  expect(under.asked.map(({ offset }) => offset)).toEqual([0, MAX_UPGRADE_PART, 2 * MAX_UPGRADE_PART]);
  expect(await readdir(`${under.directory}/upgrade`)).toEqual([
    release.release.files[0]!.sha256.slice(0, 16),
  ]);
});

const data = (bytes: number): { data: string } => ({ data: Buffer.alloc(bytes).toString('base64') });

describe('a hostile server', () => {
  it.each([
    ['does not have it any more', { data: '' }, 'download', 'does not have'],
    ['sends what is at another place', { offset: 7 }, 'download', 'what is at 7'],
    ['sends more than a part', data(MAX_UPGRADE_PART + 1), 'download', 'more than it was asked for'],
  ])('that %s', async (_, part, reason, detail) => {
    const under = await attempt();
    await under.answer(part);
    expect(await failure(under)).toMatchObject({
      state: 'failed',
      reason,
      message: expect.stringContaining(detail) as unknown,
    });
  });

  it('that never stops sending: no byte more than the manifest says', async () => {
    const under = await attempt();
    await under.answer();
    await under.answer();
    await under.answer(data(MAX_UPGRADE_PART));
    expect(await failure(under)).toMatchObject({ reason: 'download' });
  });

  it('that sends something else of the same size', async () => {
    const under = await attempt();
    const fetch = await under.next();
    const part = Buffer.from(partOf(fetch, release).data, 'base64');
    part[1000]! ^= 1;
    under.attempt.part({ ...partOf(fetch, release), data: part.toString('base64') });
    await under.whole();
    expect(await failure(under)).toMatchObject({ state: 'failed', reason: 'checksum' });
  });

  it('that sends what nobody asked for is not heard', async () => {
    const under = await attempt();
    const fetch = await under.next();
    under.attempt.part({ ...partOf(fetch, release), upgrade_id: ID.replace('6', '7'), data: '' });
    under.attempt.part(partOf(fetch, release));
    under.attempt.part(partOf(fetch, release));
    under.attempt.part({ ...partOf(fetch, release), data: '' });
    await under.whole();
    expect((await under.attempt.rested).files).toHaveLength(2);
  });

  it('that sends nothing is given up', async () => {
    const under = await attempt();
    const fetch = await under.next();
    under.clock.advance(PART_WITHIN_MS - 1);
    under.attempt.part(partOf(fetch, release));
    await under.next();
    under.clock.advance(PART_WITHIN_MS);
    expect(await failure(under)).toMatchObject({ reason: 'download', message: 'no part came within 120 s' });
  });
});

describe('a link that is lost', () => {
  it('is waited for, and so is the order; what is there is not fetched again', async () => {
    const under = await attempt();
    await under.answer();
    await under.next();
    under.isUp = false;
    under.attempt.down();
    under.clock.advance(10 * PART_WITHIN_MS);
    under.isUp = true;
    expect(under.attempt.isWanted).toBe(false);
    under.attempt.wanted();
    await under.whole();
    await under.attempt.rested;
    expect(under.asked.map(({ offset }) => offset)).toEqual(
      [0, 1, 1, 2].map((part) => part * MAX_UPGRADE_PART),
    );
  });

  it('holds the trial up: nothing is tried without a server', async () => {
    const under = await attempt();
    under.mayRest = false;
    await under.whole();
    await until(() => under.attempt.state === 'waiting', { what: 'waiting' });
    under.attempt.down();
    under.mayRest = true;
    under.attempt.idle();
    under.clock.advance(UPGRADE_PATIENCE_MS + 1);
    let isRested = false;
    void under.attempt.rested.then(() => (isRested = true));
    await under.clock.advanceAsync(1);
    expect(isRested).toBe(false);
    under.attempt.wanted();
    await under.attempt.rested;
  });
});

describe('a host that is busy', () => {
  it('is waited for, for an hour', async () => {
    const under = await attempt();
    under.mayRest = false;
    await under.whole();
    await until(() => under.attempt.state === 'waiting', { what: 'waiting' });
    await under.clock.advanceAsync(UPGRADE_PATIENCE_MS - 1);
    under.attempt.idle();
    await under.clock.advanceAsync(0);
    under.clock.advance(1);
    expect(await failure(under)).toMatchObject({ state: 'failed', reason: 'busy' });
  });

  it('may be told to leave it', async () => {
    const under = await attempt();
    under.mayRest = false;
    await under.whole();
    await until(() => under.attempt.state === 'waiting', { what: 'waiting' });
    under.attempt.cancel('it was cancelled');
    expect(await failure(under)).toMatchObject({ reason: 'interrupted', message: 'it was cancelled' });
  });
});

describe('a disk', () => {
  const size = release.release.files[0]!.size;
  it('that is nearly full is left alone', async () => {
    const under = await attempt({ free: SPACE_FACTOR * size - 1 });
    expect(await failure(under)).toMatchObject({ state: 'failed', reason: 'disk' });
    expect(under.asked).toEqual([]);
    const enough = await attempt({ free: SPACE_FACTOR * size });
    await enough.whole();
    await enough.attempt.rested;
  });

  it('that becomes full on the way', async () => {
    let left = MAX_UPGRADE_PART;
    const disk: Disk = {
      ...systemDisk,
      async openAppend(path) {
        const file = await systemDisk.openAppend(path);
        return {
          ...file,
          async write(bytes) {
            left -= bytes.length;
            if (left < 0)
              throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
            await file.write(bytes);
          },
        };
      },
    };
    const under = await attempt({ disk });
    await under.answer();
    await under.answer();
    expect(await failure(under)).toMatchObject({
      state: 'failed',
      reason: 'disk',
      message: expect.stringContaining('ENOSPC') as unknown,
    });
  });
});
