/** A file of the journal: `journal-<epoch>-<n>`. Of several the one with the highest number is the newest. */
import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';

import { readEntry, writeEntry } from './entry.ts';
import type { Entry } from './entry.ts';
import { readRecords, writeRecord } from './record.ts';

export interface SegmentName {
  readonly epoch: string;
  readonly number: number;
}

const NAME = /^journal-([0-9a-f-]{36})-(\d{1,15})$/;

export function segmentFile({ epoch, number }: SegmentName): string {
  return `journal-${epoch}-${number}`;
}

export function segmentName(file: string): SegmentName | undefined {
  const found = NAME.exec(file);
  return found && UUID_PATTERN.test(found[1]!) ? { epoch: found[1]!, number: Number(found[2]) } : undefined;
}

/** The bytes of a new segment, its records numbered from 0. */
export function writeSegment(entries: readonly Entry[]): Buffer {
  return Buffer.concat(entries.map((entry, number) => writeRecord(number, writeEntry(entry))));
}

export interface ReadSegment {
  readonly entries: readonly Entry[];
  /** Number of the record that comes next. */
  readonly next: number;
  /** Places that could not be read, missing records, a missing beginning. 0: the segment is whole. */
  readonly damaged: number;
  /** Length of the file. */
  readonly bytes: number;
}

export function readSegment(bytes: Buffer): ReadSegment {
  const { records, damaged } = readRecords(bytes);
  const entries = records.map(({ body }) => readEntry(body));
  const readable = entries.filter((entry) => entry !== undefined);
  const headless = records[0]?.number !== 0 || entries[0]?.k !== 'whole';
  return {
    entries: readable,
    next: (records.at(-1)?.number ?? -1) + 1,
    bytes: bytes.length,
    damaged: damaged + (entries.length - readable.length) + (headless ? 1 : 0),
  };
}
