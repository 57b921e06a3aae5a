/** As much of the tar format (POSIX ustar) as an archive of plain files needs: any tar can list and unpack it. Pure. */

export const BLOCK = 512;
const MAX_NAME = 100;
/** Twelve octal digits less the end; larger files get their size in base 256, as GNU tar does it. */
const MAX_OCTAL_SIZE = 8 ** 11 - 1;
const CHECKSUM_AT = 148;

export interface TarEntry {
  readonly name: string;
  readonly bytes: number;
  /** Seconds since 1970. */
  readonly modifiedSecs: number;
}

/** Two empty blocks end an archive: without them it was cut off. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/** Bytes that follow the content of a file, so that the next header begins at a block. */
export function paddingOf(bytes: number): number {
  return (BLOCK - (bytes % BLOCK)) % BLOCK;
}

/** @throws RangeError for a name that does not fit */
export function tarHeader({ name, bytes, modifiedSecs }: TarEntry): Buffer {
  if (Buffer.byteLength(name) > MAX_NAME) throw new RangeError(`${name} is too long for the archive`);
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number): void =>
    void header.write(value.toString(8).padStart(digits, '0'), at, 'latin1');
  header.write(name, 0);
  octal(0o600, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  if (bytes <= MAX_OCTAL_SIZE) {
    octal(bytes, 124, 11);
  } else {
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(bytes), 128);
  }
  octal(modifiedSecs, 136, 11);
  header.write('0', 156);
  header.write('ustar\u000000', 257, 'latin1');
  header.write('root', 265);
  header.write('root', 297);
  octal(checksumOf(header), CHECKSUM_AT, 6);
  header.write('\u0000 ', CHECKSUM_AT + 6, 'latin1');
  return header;
}

function checksumOf(header: Buffer): number {
  let sum = 0;
  for (const [at, byte] of header.entries()) sum += at >= CHECKSUM_AT && at < CHECKSUM_AT + 8 ? 0x20 : byte;
  return sum;
}

/** @returns undefined for the end of the archive. @throws Error for what is no header of a plain file */
export function readTarHeader(header: Buffer): TarEntry | undefined {
  if (header.equals(TAR_END.subarray(0, BLOCK))) return undefined;
  const text = (at: number, length: number): string => {
    const field = header.subarray(at, at + length);
    const end = field.indexOf(0);
    return field.subarray(0, end < 0 ? length : end).toString('utf8');
  };
  if (text(257, 5) !== 'ustar' || Number.parseInt(text(CHECKSUM_AT, 8), 8) !== checksumOf(header))
    throw new Error('it is no archive of a backup, or it is damaged');
  if (text(156, 1) !== '0') throw new Error(`${text(0, MAX_NAME)} in it is no plain file`);
  const bytes =
    header[124] === 0x80 ? Number(header.readBigUInt64BE(128)) : Number.parseInt(text(124, 12), 8);
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new Error('it is damaged');
  return { name: text(0, MAX_NAME), bytes, modifiedSecs: Number.parseInt(text(136, 12), 8) };
}
