/**
 * Appends records to one segment. Whoever comes while a write or flush is under way waits for the next one, which takes
 * all of them: commands that start together cost one flush.
 *
 *   open ──append──► writing ──► open
 *                      └─ a call failed ──► broken        no retry: what a failed fsync left on disk, nobody knows
 */
import type { AppendFile } from '@ops/runtime/disk.ts';

import { writeEntry } from './entry.ts';
import type { Entry } from './entry.ts';
import { writeRecord } from './record.ts';

export interface JournalWriter {
  /** Bytes in the segment. */
  readonly bytes: number;
  readonly isBroken: boolean;
  /** Written, and with `sync` flushed, when resolved. @throws the disk's error, also that of an earlier call */
  append(entry: Entry, options: { readonly sync: boolean }): Promise<void>;
  /** After what is under way. Never rejects. */
  close(): Promise<void>;
}

interface Waiting {
  readonly entry: Entry;
  readonly sync: boolean;
  readonly settle: PromiseWithResolvers<void>;
}

/** @param next number of the next record. @param bytes already in the file */
export function createJournalWriter(file: AppendFile, next: number, bytes: number): JournalWriter {
  let waiting: Waiting[] = [];
  let work: Promise<void> | undefined;
  let broken: { readonly cause: unknown } | undefined;

  async function writeOut(): Promise<void> {
    // Those who come in the same turn join.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        if (broken) throw broken.cause;
        const data = Buffer.concat(batch.map(({ entry }) => writeRecord(next++, writeEntry(entry))));
        await file.write(data);
        bytes += data.length;
        if (batch.some(({ sync }) => sync)) await file.sync();
        for (const { settle } of batch) settle.resolve();
      } catch (cause) {
        broken ??= { cause };
        for (const { settle } of batch) settle.reject(cause);
      }
    }
    work = undefined;
  }

  return {
    get bytes() {
      return bytes;
    },
    get isBroken() {
      return broken !== undefined;
    },
    append(entry, { sync }) {
      const settle = Promise.withResolvers<void>();
      waiting.push({ entry, sync, settle });
      work ??= writeOut();
      return settle.promise;
    },
    async close() {
      await work;
      await file.close().catch(() => undefined);
    },
  };
}
