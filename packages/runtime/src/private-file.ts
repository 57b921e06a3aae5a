/** Reading what only its owner may read: secrets and private keys. */
import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';

/** A file that is not safe to use. The message is one line that begins with the path and says what to do. */
export class UnsafeFile extends Error {
  readonly path: string;

  constructor(path: string, problem: string, cause?: unknown) {
    super(`${path} ${problem}`, { cause });
    this.name = 'UnsafeFile';
    this.path = path;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read by this user',
  EISDIR: 'is a directory',
  ENOTDIR: 'is beneath something that is not a directory',
  ELOOP: 'is a link that leads nowhere, or may not be one',
};

/** What went wrong with a file, as the end of a sentence. */
export function fileProblem(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  return REASONS[code] ?? `cannot be used (${code})`;
}

/** For a line somebody pastes into a shell. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Group and others may neither read nor write. */
const OTHERS = 0o066;
/**
 * What systemd hands a service as a credential: of root and its group, with an ACL for the user of the service, whose
 * mask shows as the right of the group.
 */
function isCredential({ mode, uid, gid }: { mode: number; uid: number; gid: number }): boolean {
  return (mode & 0o777) === 0o440 && uid === 0 && gid === 0;
}

/**
 * Follows links (secret mounts are made of them) and judges the opened file: regular, of bounded size, closed to group
 * and others. Windows has no such modes.
 * @throws UnsafeFile
 */
export async function readPrivateFile(path: string, options: { readonly maxBytes: number }): Promise<Buffer> {
  let handle;
  try {
    // Without O_NONBLOCK opening a FIFO would wait for a writer.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw new UnsafeFile(path, fileProblem(cause), cause);
  }
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) throw new UnsafeFile(path, 'is not a regular file');
    if (process.platform !== 'win32' && (facts.mode & OTHERS) !== 0 && !isCredential(facts)) {
      throw new UnsafeFile(path, `is open to others than its owner: run chmod 600 ${shellWord(path)}`);
    }
    if (facts.size > options.maxBytes) throw new UnsafeFile(path, `is larger than ${options.maxBytes} bytes`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** That a file which needs no hiding can be read: a certificate. @throws UnsafeFile */
export async function checkReadableFile(path: string): Promise<void> {
  let facts;
  try {
    await access(path, constants.R_OK);
    facts = await stat(path);
  } catch (cause) {
    throw new UnsafeFile(path, fileProblem(cause), cause);
  }
  if (!facts.isFile()) throw new UnsafeFile(path, 'is not a regular file');
}

/** Longest secret; an HMAC key gains nothing beyond its block size. */
export const MAX_SECRET_BYTES = 4096;

/**
 * A secret as text: the UTF-8 bytes as they are, less one final line break, which editors add.
 * @throws UnsafeFile
 */
export async function readSecretFile(path: string): Promise<string> {
  const bytes = await readPrivateFile(path, { maxBytes: MAX_SECRET_BYTES + 2 });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Without the cause: it may quote the secret.
    throw new UnsafeFile(path, 'is not text in UTF-8');
  }
  return text.replace(/\r?\n$/, '');
}
