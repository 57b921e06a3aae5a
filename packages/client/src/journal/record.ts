/**
 * How bytes are laid down so that a torn or damaged place is found and costs only itself:
 *
 *   magic u32 | length u32 | number u64 | crc32c u32 | body
 *
 * Big endian. The sum covers length, number and body. Numbers count up by one, so that a missing record is noticed.
 * Behind an unreadable place reading goes on at the next magic.
 */
import { crc32c } from './crc32c.ts';

const MAGIC = 0x4f50534a;
const MAGIC_BYTES = Buffer.from([0x4f, 0x50, 0x53, 0x4a]);
export const RECORD_HEAD_BYTES = 20;
/** Body of a record: a chunk of output, or a result with a small output in it. A damaged length reaches no further. */
export const MAX_RECORD_BYTES = 128 * 1024;

export function writeRecord(number: number, body: Buffer): Buffer {
  if (body.length > MAX_RECORD_BYTES) throw new Error(`a record of ${body.length} bytes is too long`);
  const record = Buffer.allocUnsafe(RECORD_HEAD_BYTES + body.length);
  record.writeUInt32BE(MAGIC, 0);
  record.writeUInt32BE(body.length, 4);
  record.writeBigUInt64BE(BigInt(number), 8);
  body.copy(record, RECORD_HEAD_BYTES);
  record.writeUInt32BE(sum(record), 16);
  return record;
}

/** @param record from its magic to its end */
function sum(record: Buffer): number {
  return crc32c(record.subarray(RECORD_HEAD_BYTES), crc32c(record.subarray(4, 16)));
}

export interface StoredRecord {
  readonly number: number;
  /** A view of what was read. */
  readonly body: Buffer;
  /** Where the record begins. */
  readonly offset: number;
}

/** @returns undefined when there is no whole record at this place */
export function readRecord(bytes: Buffer, offset: number): StoredRecord | undefined {
  if (bytes.length - offset < RECORD_HEAD_BYTES || bytes.readUInt32BE(offset) !== MAGIC) return undefined;
  const length = bytes.readUInt32BE(offset + 4);
  const end = offset + RECORD_HEAD_BYTES + length;
  if (length > MAX_RECORD_BYTES || end > bytes.length) return undefined;
  const record = bytes.subarray(offset, end);
  if (record.readUInt32BE(16) !== sum(record)) return undefined;
  const number = Number(record.readBigUInt64BE(8));
  return { number, body: record.subarray(RECORD_HEAD_BYTES), offset };
}

export interface ReadRecords {
  readonly records: readonly StoredRecord[];
  /** Places that could not be read, and numbers that are missing between records. */
  readonly damaged: number;
}

/** Never throws: reads what can be read. */
export function readRecords(bytes: Buffer): ReadRecords {
  const records: StoredRecord[] = [];
  let damaged = 0;
  for (let at = 0; at < bytes.length;) {
    const record = readRecord(bytes, at);
    if (record) {
      const last = records.at(-1);
      if (last && record.number !== last.number + 1) damaged++;
      records.push(record);
      at += RECORD_HEAD_BYTES + record.body.length;
      continue;
    }
    damaged++;
    const next = bytes.indexOf(MAGIC_BYTES, at + 1);
    at = next < 0 ? bytes.length : next;
  }
  return { records, damaged };
}
