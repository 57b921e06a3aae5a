/**
 * The journal on disk. One segment holds everything; when it has grown, what is still needed goes into a new one and
 * the old one is removed.
 *
 *   open ──grown──► a new segment ──► open
 *    │ a call to the disk failed
 *    ▼
 *   closed ──every 2 s: a new segment, written from memory, flushed and read back──► open
 *
 * What could not be read whole gets a new epoch, as does a journal that is missing: the epoch is in the names of the
 * segments, so whoever deletes them deletes it with them. While the journal is closed nothing may be started.
 */
import { join } from 'node:path';

import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Disk } from '@ops/runtime/disk.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { Entry } from './entry.ts';
import type { Journal } from './journal.ts';
import { createJournalWriter } from './journal-writer.ts';
import type { JournalWriter } from './journal-writer.ts';
import { createLedger, doneEntry, spawnedEntry } from './ledger.ts';
import { readSegment, segmentFile, segmentName, writeSegment } from './segment.ts';
import type { ReadSegment, SegmentName } from './segment.ts';

/** A segment is rewritten when it has grown by this much beyond what it began with: some 3,000 commands. */
export const GROWTH_BYTES = 2 * 1024 * 1024;
/** How often a closed journal is tried again: space that came back is used within 5 s. */
export const REOPEN_EVERY_MS = 2_000;

export interface JournalNeeds {
  readonly disk: Disk;
  /** The data directory of the client id. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** The journal cannot be written now. The message is for people. */
class JournalClosed extends Error {
  constructor(cause: unknown) {
    super(`the journal cannot be written (${cause instanceof Error ? cause.message : String(cause)})`, {
      cause,
    });
    this.name = 'JournalClosed';
  }
}

/** Never fails for what is on disk: what cannot be read costs the epoch, what cannot be written closes the journal. */
export async function openJournal(needs: JournalNeeds): Promise<Journal> {
  const { disk, directory, clock, random, log } = needs;
  const ledger = createLedger();
  let epoch = random.uuid();
  let number = 0;
  let writer: JournalWriter | undefined;
  let firstBytes = 0;
  let damaged = 0;
  let closing = false;
  let retry: Timer | undefined;
  let fault: JournalClosed | undefined;
  /** A new segment is being made: whoever wants to write waits for it. */
  let renewing: Promise<void> | undefined;
  /** Writes that a new segment must wait for. */
  const underWay = new Set<Promise<void>>();

  const path = (name: SegmentName): string => join(directory, segmentFile(name));

  async function removeOthers(): Promise<void> {
    try {
      const keep = segmentFile({ epoch, number });
      for (const file of await disk.list(directory))
        if (file.startsWith('journal-') && file !== keep) await disk.remove(join(directory, file));
    } catch (error) {
      // They mean nothing any more, and are removed at the next opening.
      log.warn('An old journal could not be removed', { error });
    }
  }

  /** Writes everything into a new segment, reads it back, and goes on there. @throws the disk's error */
  async function renew(): Promise<void> {
    await Promise.allSettled(underWay);
    ledger.forget(clock.wall());
    // Counted up even if this fails: there may be half a segment of that number.
    number++;
    const file = path({ epoch, number });
    const entries = ledger.entries();
    const bytes = writeSegment(entries);
    await disk.replace(file, bytes);
    if (!(await disk.read(file))?.equals(bytes)) throw new Error('what was written reads otherwise');
    const next = createJournalWriter(await disk.openAppend(file), entries.length, bytes.length);
    await writer?.close();
    writer = next;
    firstBytes = bytes.length;
    await removeOthers();
  }

  async function readName(name: SegmentName): Promise<ReadSegment> {
    try {
      return readSegment((await disk.read(path(name))) ?? Buffer.alloc(0));
    } catch (error) {
      log.error('A part of the journal cannot be read', { file: path(name), error });
      return readSegment(Buffer.alloc(0));
    }
  }

  async function open(): Promise<void> {
    const found = (await disk.list(directory))
      .flatMap((file) => segmentName(file) ?? [])
      .toSorted((a, b) => a.number - b.number);
    let last: ReadSegment | undefined;
    for (const name of found) {
      last = await readName(name);
      for (const entry of last.entries) ledger.apply(entry);
      number = name.number;
    }
    // A whole segment makes those before it unimportant, damaged or not.
    damaged = last?.damaged ?? 0;
    const newest = found.at(-1);
    if (!last || !newest || damaged > 0) {
      if (damaged > 0) log.error('The journal is damaged: it gets a new epoch', { directory, damaged });
      return renew();
    }
    epoch = newest.epoch;
    writer = createJournalWriter(await disk.openAppend(path(newest)), last.next, last.bytes);
    firstBytes = last.bytes;
    if (found.length > 1) await removeOthers();
  }

  function close(cause: unknown): void {
    if (fault) return;
    fault = new JournalClosed(cause);
    log.error('The journal cannot be written: until it can be, no command is started', {
      directory,
      error: cause,
    });
    void writer?.close();
    writer = undefined;
    tryLater();
  }

  function tryLater(): void {
    if (closing) return;
    retry = clock.after(REOPEN_EVERY_MS, () => {
      const again = renew().then(() => {
        fault = undefined;
        log.info('The journal can be written again', { directory });
      }, tryLater);
      renewing = again.finally(() => (renewing = undefined));
    });
  }

  /** A segment that has grown is replaced before anything more is written. */
  function makeRoom(): void {
    if (closing || renewing || !writer || writer.bytes - firstBytes < GROWTH_BYTES) return;
    renewing = renew()
      .catch(close)
      .finally(() => (renewing = undefined));
  }

  /** @throws JournalClosed */
  async function append(entry: Entry, sync: boolean, applied: () => void): Promise<void> {
    makeRoom();
    for (let wait = renewing; wait; wait = renewing) await wait;
    if (fault) throw fault;
    if (!writer) throw new JournalClosed('it is closed');
    const mine = writer;
    const write = mine.append(entry, { sync }).then(applied);
    underWay.add(write);
    try {
      await write;
    } catch (cause) {
      if (mine === writer) close(cause);
      throw fault ?? new JournalClosed(cause);
    } finally {
      underWay.delete(write);
    }
  }

  /** What happened is known, whether it can be written or not; a new segment made meanwhile holds it. */
  async function record(entry: Entry, sync: boolean): Promise<void> {
    ledger.apply(entry);
    await append(entry, sync, () => {});
  }

  await open().catch(close);
  const interrupted = ledger.running().map(({ start, process }) => ({ start, process }));

  return {
    get epoch() {
      return epoch;
    },
    get lastSeq() {
      return ledger.lastSeq;
    },
    damaged,
    interrupted,
    known: (commandId) => ledger.known(commandId),
    unacknowledged: () => ledger.finished(),
    start({ commandId, seq, text, startedAtMs }) {
      const entry: Entry = { k: 'start', id: commandId, seq, text, at: startedAtMs };
      return append(entry, true, () => ledger.apply(entry));
    },
    spawned(commandId, process) {
      record(spawnedEntry(commandId, process), false).catch(() => undefined);
    },
    done: (result, seq) => record(doneEntry(result, seq), true),
    acknowledged(commandId) {
      const at = Math.max(0, Math.floor(clock.wall()));
      return record({ k: 'acked', id: commandId, at }, false).catch(() => undefined);
    },
    async close() {
      closing = true;
      retry?.cancel();
      await renewing;
      await writer?.close();
      writer = undefined;
    },
  };
}
