/**
 * Who this client is, and where it keeps what must survive: the id in its file, one directory of data for each id.
 * Everything is judged before it is used (safe-file.ts); nothing damaged is silently replaced, because a new id would
 * make this host a stranger to the server.
 */
import { constants } from 'node:fs';
import { access, lstat, mkdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';
import { fileProblem, shellWord, UnsafeFile } from '@ops/runtime/private-file.ts';
import type { Random } from '@ops/runtime/random.ts';
import { readOrCreatePrivateFile } from '@ops/runtime/safe-file.ts';

/** @throws UnsafeFile with what to do, also when the file holds no id */
export async function readClientId(path: string, random: Random): Promise<{ id: string; created: boolean }> {
  const { text, created } = await readOrCreatePrivateFile(path, () => `${random.uuid()}\n`);
  const id = text.trim();
  if (!UUID_PATTERN.test(id)) {
    throw new UnsafeFile(
      path,
      `holds no client id: write this host's id into it (the server lists it), or run rm ${shellWord(path)} to register as a new client`,
    );
  }
  return { id, created };
}

export interface DataDirectoryOptions {
  /** As configured; undefined: the default. */
  readonly configured: string | undefined;
  /** `XDG_STATE_HOME` and `HOME` of the environment. */
  readonly stateHome: string | undefined;
  readonly home: string | undefined;
  /** The place of packaged installs; a test puts another. */
  readonly system?: string;
}

const SYSTEM_DIRECTORY = '/var/lib/ops-client';

async function canUse(directory: string): Promise<boolean> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where the data may be, the first usable one counts. */
export function dataDirectories(options: DataDirectoryOptions): readonly string[] {
  const { configured, stateHome, home, system = SYSTEM_DIRECTORY } = options;
  if (configured !== undefined) return [configured];
  // The XDG specification: a relative path is to be ignored.
  if (stateHome !== undefined && isAbsolute(stateHome)) return [system, join(stateHome, 'ops-client')];
  if (home !== undefined && isAbsolute(home)) return [system, join(home, '.local', 'state', 'ops-client')];
  return [system];
}

async function base(options: DataDirectoryOptions): Promise<string> {
  const [first, second] = dataDirectories(options);
  if (options.configured !== undefined || (await canUse(first!))) return first!;
  if (second !== undefined) return second;
  throw new UnsafeFile(
    first!,
    'cannot be written, and there is no HOME: set OPS_CLIENT_DATA_DIR to a directory',
  );
}

/**
 * The directory of this id, made with mode 0700 when it is missing.
 * @throws UnsafeFile when it cannot be made or others could change what is in it
 */
export async function openDataDirectory(clientId: string, options: DataDirectoryOptions): Promise<string> {
  const directory = join(await base(options), clientId);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new UnsafeFile(
      directory,
      `${fileProblem(cause)}: set OPS_CLIENT_DATA_DIR to a directory of your own`,
      cause,
    );
  }
  const facts = await lstat(directory);
  if (!facts.isDirectory()) throw new UnsafeFile(directory, 'is a link or no directory');
  const owner = process.geteuid?.();
  if (owner !== undefined && facts.uid !== owner) {
    throw new UnsafeFile(directory, `belongs to another user (${facts.uid})`);
  }
  if (owner !== undefined && facts.mode & 0o022) {
    throw new UnsafeFile(directory, `can be changed by others: run chmod 700 ${shellWord(directory)}`);
  }
  return directory;
}
