/**
 * What a new host fetches from this server: archives of ops-client, their sums, the installer. The names are a map made
 * when the server starts (S-18): a name is a key of the map or it is not there. An archive has some fifty megabytes, so
 * it is read from disk each time it is asked for; whether it is still what its sum says, the installer checks.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { ClientFile } from '@ops/protocol/http/enrolment.ts';
import { INSIDE, singleFile } from '@ops/runtime/single-file.ts';

/** Where `npm run build` puts what it makes, seen from the sources. */
const BUILT = join(import.meta.dirname, '../../../../dist');
const INSTALLER = join(import.meta.dirname, '../../../../deploy/install.sh');

export const SUMS_NAME = 'SHA256SUMS';
/** `<sum>  <name>` as sha256sum writes it; `*` marks binary mode. */
const SUM_LINE = /^([0-9a-f]{64}) [ *]([A-Za-z0-9][A-Za-z0-9._-]{0,127})$/;
const ARCHIVE = /^ops-client-([0-9A-Za-z.+-]+)-linux-(x64|arm64)\.tar\.gz$/;
/** More than a list of sums ever has. */
const MAX_SUMS_BYTES = 64 * 1024;

export interface ClientFiles {
  /** One for each kind of machine: that of this version, else the last one named. */
  readonly files: readonly ClientFile[];
  /** The sums of exactly these, as `sha256sum -c` reads them. Empty when there are none. */
  readonly sums: string;
  readonly sumsSha256: string | null;
  /** The installer; undefined when it is not part of this installation. */
  readonly installer: { readonly text: string; readonly sha256: string } | undefined;
  /** The caller closes it. @returns undefined for a name that is not in the map. @throws Error when it cannot be read */
  open(name: string): Promise<{ readonly handle: FileHandle; readonly bytes: number } | undefined>;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    return size <= MAX_SUMS_BYTES ? await readFile(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** Where the archives of ops-client lie unless it is configured: beside a program of one file, else where it is built. */
export function builtFiles(): string {
  return singleFile() ? dirname(process.execPath) : BUILT;
}

/** The installer that came with this program. */
export async function ownInstaller(): Promise<string | undefined> {
  return singleFile()?.text(INSIDE.installer) ?? (await readIfThere(INSTALLER));
}

/** @param directory where `npm run build` puts archives and sums; it may be missing */
export async function loadClientFiles(needs: {
  readonly directory: string;
  readonly installer: string | undefined;
  readonly version: string;
}): Promise<ClientFiles> {
  const { directory, version } = needs;
  const byArch = new Map<ClientFile['arch'], ClientFile>();
  for (const line of ((await readIfThere(join(directory, SUMS_NAME))) ?? '').split('\n')) {
    const [, sum = '', name = ''] = SUM_LINE.exec(line) ?? [];
    const [, of = '', machine] = ARCHIVE.exec(name) ?? [];
    const arch = machine === 'x64' || machine === 'arm64' ? machine : undefined;
    if (arch === undefined) continue;
    const found = await stat(join(directory, name)).catch(() => undefined);
    if (!found?.isFile()) continue;
    const ours = byArch.get(arch)?.name === `ops-client-${version}-linux-${arch}.tar.gz`;
    if (!ours || of === version) byArch.set(arch, { name, arch, bytes: found.size, sha256: sum });
  }
  const files = [...byArch.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const sums = files.map((file) => `${file.sha256}  ${file.name}\n`).join('');
  const text = needs.installer;
  const names = new Map(files.map((file) => [file.name, file]));
  return {
    files,
    sums,
    sumsSha256: files.length > 0 ? sha256(sums) : null,
    installer: text === undefined ? undefined : { text, sha256: sha256(text) },
    async open(name) {
      if (!names.has(name)) return undefined;
      const handle = await open(join(directory, name), constants.O_RDONLY | constants.O_NOFOLLOW);
      return { handle, bytes: (await handle.stat()).size };
    },
  };
}
