/**
 * What a host keeps of upgrades, in `upgrade/` of its data directory:
 *
 *   state.json       which release is kept, how the last upgrade stands, which process is on trial
 *   archive.part     while it is fetched
 *   <16 hex>/        a release unpacked, named by its archive: bin/ops-client, lib/
 *
 * state.json is replaced as a whole and durably: whoever is killed, the next one finds the text before or the one after.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { MAX_MANIFEST, releaseSignature } from '@ops/protocol/domain/client-release.ts';
import { uuid } from '@ops/protocol/domain/id.ts';
import { CLIENT_UPGRADE_STATES, upgradeReason } from '@ops/protocol/domain/upgrade.ts';
import { decode, s } from '@ops/protocol/schema.ts';
import type { Infer } from '@ops/protocol/schema.ts';
import type { Disk } from '@ops/runtime/disk.ts';

const lenient = { unknown: 'ignore' } as const;
const sha256 = s.string({ min: 64, max: 64, pattern: /^[0-9a-f]{64}$/ });

export const PROGRAM = 'bin/ops-client';
/** The program and its libraries. */
export const MAX_KEPT_FILES = 16;

const keptFile = s.object(
  {
    path: s.string({ max: 100, pattern: /^(bin\/ops-client|lib\/[A-Za-z0-9_][A-Za-z0-9_.+-]*)$/ }),
    size: s.integer({ min: 0, max: 2 ** 31 }),
    sha256,
  },
  lenient,
);
export type KeptFile = Infer<typeof keptFile>;

const keptRelease = s.object(
  {
    manifest: s.string({ min: 2, max: MAX_MANIFEST }),
    signature: releaseSignature,
    folder: s.string({ min: 16, max: 16, pattern: /^[0-9a-f]{16}$/ }),
    /** As they came out of the archive. */
    files: s.array(keptFile, MAX_KEPT_FILES, 1),
    /** How often it was started since it was last connected for half a minute, or stopped in order. */
    starts: s.integer({ min: 0, max: 1000 }),
  },
  lenient,
);
export type KeptRelease = Infer<typeof keptRelease>;

const upgradeState = s.object(
  {
    format: s.oneOf([1]),
    kept: s.nullable(keptRelease),
    last: s.nullable(
      s.object(
        {
          upgrade_id: uuid,
          state: s.oneOf(CLIENT_UPGRADE_STATES),
          reason: s.nullable(upgradeReason),
          detail: s.nullable(s.text(512)),
        },
        lenient,
      ),
    ),
    /** Start time: field 22 of /proc/PID/stat, by which a process is told from a later one with its number. */
    trial: s.nullable(
      s.object({ pid: s.integer({ min: 2, max: 2 ** 31 }), start_time: s.text(32) }, lenient),
    ),
  },
  lenient,
);
export type UpgradeState = Infer<typeof upgradeState>;

const NOTHING: UpgradeState = { format: 1, kept: null, last: null, trial: null };

export interface UpgradeFiles {
  /** Of everything. */
  readonly directory: string;
  readonly archive: string;
  folderOf(kept: Pick<KeptRelease, 'folder'>): string;
  /** @throws Error of the disk, or of what cannot be read as a state */
  read(): Promise<UpgradeState>;
  /** Durable when it resolves. */
  write(state: UpgradeState): Promise<void>;
  /** All but the state and these releases. */
  clean(keep: readonly Pick<KeptRelease, 'folder'>[]): Promise<void>;
}

/** @param dataDirectory of the client id */
export function upgradeFiles(dataDirectory: string, disk: Disk): UpgradeFiles {
  const directory = join(dataDirectory, 'upgrade');
  const path = join(directory, 'state.json');
  return {
    directory,
    archive: join(directory, 'archive.part'),
    folderOf: ({ folder }) => join(directory, folder),
    async read() {
      const text = await disk.read(path);
      return text === undefined ? NOTHING : decode(upgradeState, JSON.parse(text.toString('utf8')));
    },
    async write(state) {
      await disk.makeDirectory(directory);
      await disk.replace(path, `${JSON.stringify(state, undefined, 2)}\n`);
    },
    async clean(keep) {
      const names = await readdir(directory).catch(() => []);
      const kept = new Set(['state.json', ...keep.map(({ folder }) => folder)]);
      for (const name of names)
        if (!kept.has(name)) await rm(join(directory, name), { recursive: true, force: true });
    },
  };
}

/** Without ever holding it. @throws Error of the disk */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 1024 * 1024 });
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

/** @returns the first file that is not as it came out of the archive, with what is wrong */
export async function faultOfFiles(folder: string, files: readonly KeptFile[]): Promise<string | undefined> {
  if (!files.some(({ path }) => path === PROGRAM)) return `${PROGRAM} is not in it`;
  for (const file of files) {
    const path = join(folder, file.path);
    const found = await sha256Of(path).catch((cause: unknown) => String(cause));
    if (found !== file.sha256) return /^[0-9a-f]{64}$/.test(found) ? `${path} was changed` : found;
  }
  return undefined;
}
