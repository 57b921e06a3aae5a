/** Which part this process has in upgrades, by what the host allows and by what the process was started as. */
import type { Clock } from '@ops/runtime/clock.ts';
import { sleep } from '@ops/runtime/clock.ts';
import type { Disk } from '@ops/runtime/disk.ts';
import type { Exec } from '@ops/runtime/exec.ts';
import type { Logger } from '@ops/runtime/logger.ts';
import type { Random } from '@ops/runtime/random.ts';
import { ownRelease } from '@ops/runtime/single-file.ts';

import type { ClientConfig } from '../config.ts';
import { openDataDirectory, readClientId } from '../identity.ts';
import { VERSION } from '../version.ts';
import { UPGRADED_WORD } from './role.ts';
import type { Role } from './role.ts';
import { createNoUpgrades } from './upgrade-part.ts';
import type { Seat, Upgrading } from './upgrading.ts';

export interface OpenUpgradeNeeds {
  readonly role: Role;
  readonly config: Pick<ClientConfig, 'upgradeKeys' | 'clientIdFile' | 'dataDir'>;
  /** What this process was started with, without the word of its role. */
  readonly surroundings: {
    readonly argv: readonly string[];
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly cwd: string;
  };
  readonly seat: Omit<Seat, 'become'>;
  /** What a program on trial has to do with its parent. */
  readonly parent: {
    readonly input: () => NodeJS.ReadStream;
    readonly tell: (line: string) => void;
    /** Ends this process in order. */
    readonly stop: () => void;
  };
  /** The standard error of this process. */
  readonly writeError: (bytes: Buffer) => void;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly exec: Exec;
  readonly random: Random;
  readonly log: Logger;
}

/** Lines of the log that are not written by then are lost. */
const FLUSH_MS = 2_000;

/** @throws UnsafeFile. Does not return when this process becomes the release that is kept */
export async function openUpgrade(needs: OpenUpgradeNeeds): Promise<Upgrading> {
  const { role, config, surroundings, parent, clock, disk, exec, random, log } = needs;
  const release = ownRelease(VERSION);
  const keys = config.upgradeKeys;
  const off = (): Upgrading => ({ ...createNoUpgrades(release), hangUp() {}, stop: () => Promise.resolve() });
  if (keys.length === 0) return off();
  if (process.platform !== 'linux' || process.execve === undefined) {
    log.warn('upgrade_keys has no effect: there are upgrades on Linux only');
    return off();
  }
  const { argv, env, cwd } = surroundings;
  const { id } = await readClientId(config.clientIdFile, random);
  const directory = await openDataDirectory(id, {
    configured: config.dataDir,
    stateHome: env['XDG_STATE_HOME'],
    home: env['HOME'],
  });
  const { upgradeFiles } = await import('./state-file.ts');
  const files = upgradeFiles(directory, disk);
  if (role === 'trial') {
    const { createTrialPart } = await import('./trial-part.ts');
    const part = await createTrialPart({ ...parent, input: parent.input(), keys, release, files });
    return { ...part, hangUp() {}, stop: () => Promise.resolve() };
  }
  const become = async (program: string): Promise<never> => {
    await Promise.race([log.flush(), sleep(clock, FLUSH_MS)]);
    return process.execve!(program, [program, UPGRADED_WORD, ...argv], { ...env });
  };
  const host = { keys, release, os: process.platform, arch: process.arch };
  const { startUp, goOn } = await import('./start-up.ts');
  const { createUpgrading } = await import('./upgrading.ts');
  const { freeBytesOf } = await import('./download.ts');
  const startUpNeeds = { host, files, exec, clock, log, become };
  return createUpgrading({
    host,
    state: await (role === 'installed' ? startUp : goOn)(startUpNeeds),
    files,
    seat: { ...needs.seat, become },
    spawn: { args: argv, env, cwd, onErrors: needs.writeError },
    disk,
    freeBytes: freeBytesOf,
    exec,
    clock,
    log,
  });
}
