/**
 * Reads an archive (POSIX ustar) as it comes. It holds plain files and directories beneath relative paths, or it is
 * refused as a whole: no links, no devices, no `..`, no extensions. Nothing is written here.
 */
export type TarEvent =
  | { readonly kind: 'file'; readonly path: string; readonly size: number }
  /** Of the file named last. */
  | { readonly kind: 'data'; readonly bytes: Buffer };

const BLOCK = 512;
/** A release has a dozen. */
export const MAX_ENTRIES = 1000;

export class TarError extends Error {
  override name = 'TarError';
}

const textAt = (block: Buffer, at: number, length: number): string => {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
};

function octalAt(block: Buffer, at: number, length: number): number {
  const text = textAt(block, at, length).trim();
  if (!/^[0-7]+$/.test(text)) throw new TarError('a header has no number where one belongs');
  return Number.parseInt(text, 8);
}

function checkPath(path: string): void {
  // A directory ends with a slash.
  const parts = path.replace(/\/$/, '').split('/');
  if (path.includes('\\') || parts.some((part) => part === '' || part === '.' || part === '..'))
    throw new TarError(`${JSON.stringify(path)} is no path beneath a folder`);
}

/** @returns undefined for a directory */
function readHeader(block: Buffer): { readonly path: string; readonly size: number } | undefined {
  const sum = octalAt(block, 148, 8);
  const counted = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (sum !== counted || textAt(block, 257, 5) !== 'ustar') throw new TarError('a header is damaged');
  const prefix = textAt(block, 345, 155);
  const name = textAt(block, 0, 100);
  const path = prefix === '' ? name : `${prefix}/${name}`;
  checkPath(path);
  const kind = block[156];
  if (kind === 0x35) return undefined;
  if (kind !== 0x30 && kind !== 0)
    throw new TarError(`${JSON.stringify(path)} is neither a file nor a directory`);
  return { path, size: octalAt(block, 124, 12) };
}

/**
 * @param chunks of any size
 * @throws TarError, also when it ends too early
 */
export async function* readTar(chunks: AsyncIterable<Buffer>): AsyncGenerator<TarEvent> {
  let held: Buffer = Buffer.alloc(0);
  /** Bytes of the current file, and behind it to the end of its block. */
  let data = 0;
  let padding = 0;
  let entries = 0;
  let isOver = false;
  for await (const chunk of chunks) {
    // What follows the end is read, so that whoever feeds us comes to his own, and means nothing.
    if (isOver) continue;
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (held.length > 0 && !isOver) {
      if (data > 0) {
        const bytes = held.subarray(0, data);
        data -= bytes.length;
        held = held.subarray(bytes.length);
        yield { kind: 'data', bytes };
      } else if (padding > 0) {
        const skipped = Math.min(padding, held.length);
        padding -= skipped;
        held = held.subarray(skipped);
      } else if (held.length < BLOCK) {
        break;
      } else {
        const block = held.subarray(0, BLOCK);
        held = held.subarray(BLOCK);
        if (block.every((byte) => byte === 0)) {
          isOver = true;
          break;
        }
        if (++entries > MAX_ENTRIES) throw new TarError(`there are more than ${MAX_ENTRIES} entries`);
        const file = readHeader(block);
        if (!file) continue;
        data = file.size;
        padding = (BLOCK - (file.size % BLOCK)) % BLOCK;
        yield { kind: 'file', ...file };
      }
    }
  }
  if (!isOver) throw new TarError('it ends too early');
}
