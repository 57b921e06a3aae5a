/**
 * Opens the two databases of a data directory: `ops.db`, in which what is acknowledged is on disk, and `samples.db`,
 * which may lose its last second to a power cut. Each belongs to one process at a time.
 */
import { Kysely } from 'kysely';

import { systemRandom, type Random } from '@ops/runtime/random.ts';
import { createLifecycle } from '@ops/runtime/lifecycle.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import { prepareAuditKey } from '../audit/audit-key.ts';
import { prepareDataDirectory } from './data-directory.ts';
import type { Database } from './database.ts';
import type { Durability } from './dialects/dialect.ts';
import { sqliteReads } from './dialects/sqlite-reader.ts';
import type { Migration } from './migration.ts';
import { mainMigrations } from './migrations/main-migrations.ts';
import { takeOwnership } from './ownership.ts';
import { sampleMigrations } from './sample-migrations/sample-migrations.ts';
import { messageOf, StorageOpenError } from './storage-error.ts';
import type { SampleTables, Tables } from './tables.ts';
import { compileChange } from './writer/compile.ts';
import type { WriterSetup } from './writer/messages.ts';
import { createWriteQueue, type WriteCounts } from './writer/write-queue.ts';
import { createWriterThread } from './writer/writer-thread.ts';

export interface OpenOptions {
  /** Absolute path; made with mode 0700 when it is not there. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: Random;
  /** For tests: a disk that is full. Asked whenever the file is opened, also after a failure. */
  readonly maxPages?: () => number | undefined;
  /** Changes that may wait for the disk. */
  readonly maxWaitingChanges?: number;
  readonly maxWaitingBytes?: number;
}

export interface OpenDatabase<Schema> extends Database<Schema> {
  /** Since it was opened. */
  readonly counts: WriteCounts;
}

/** @throws StorageOpenError: one sentence for the operator */
export function openMainDatabase(options: OpenOptions): Promise<OpenDatabase<Tables>> {
  return open(options, { file: 'ops.db', durability: 'full', migrations: mainMigrations, audited: true });
}

/** @throws StorageOpenError: one sentence for the operator */
export function openSampleDatabase(options: OpenOptions): Promise<OpenDatabase<SampleTables>> {
  return open(options, {
    file: 'samples.db',
    durability: 'normal',
    migrations: sampleMigrations,
    audited: false,
  });
}

interface Kind {
  readonly file: string;
  readonly durability: Durability;
  readonly migrations: readonly Migration[];
  readonly audited: boolean;
}

async function open<Schema>(options: OpenOptions, kind: Kind): Promise<OpenDatabase<Schema>> {
  const {
    dataDir,
    clock,
    log,
    random = systemRandom,
    maxPages,
    maxWaitingChanges,
    maxWaitingBytes,
  } = options;
  const { durability, migrations, audited } = kind;
  const lifecycle = createLifecycle();
  try {
    const path = prepareDataDirectory(dataDir, kind.file);
    const ownership = takeOwnership(path);
    lifecycle.onRelease('the lock', () => ownership.release());
    const auditKey = audited ? prepareAuditKey(dataDir, random) : undefined;

    const setup = (): WriterSetup => ({
      path,
      durability,
      migrations,
      auditKey: auditKey?.bytes,
      maxPages: maxPages?.(),
    });
    const thread = createWriterThread();
    lifecycle.onRelease('the writer thread', () => thread.end());
    const reply = await thread.request({ type: 'open', nowMs: clock.wall(), recovering: false, ...setup() });
    if (reply.type === 'failed')
      throw new StorageOpenError(reply.reason, sentence(path, reply.reason, reply.message));
    if (reply.type !== 'opened') throw new Error(`unexpected answer ${reply.type}`);
    auditKey?.keep();
    if (reply.trail && reply.trail.seq < reply.trail.anchoredTo) {
      log.error('the audit trail was cut off: run "ops-server audit verify"', { ...reply.trail });
    }

    const queue = createWriteQueue({
      thread,
      clock,
      log,
      trail: reply.trail,
      setup,
      maxWaitingChanges,
      maxWaitingBytes,
    });
    lifecycle.onRelease('the writer', () => queue.close());
    const reader = sqliteReads.openReader(path);
    lifecycle.onRelease('the reader', () => reader.close());
    const query = new Kysely<Schema>({ dialect: reader.kysely });
    lifecycle.onRelease('queries', () => query.destroy());

    return {
      query,
      async write(change) {
        const { compiled, bytes } = compileChange(change);
        if (compiled.audit.length > 0 && !audited) throw new TypeError(`${kind.file} has no audit trail`);
        return await queue.add(compiled, bytes);
      },
      get fault() {
        return queue.fault;
      },
      get counts() {
        return queue.counts;
      },
      close: () => lifecycle.release(),
    };
  } catch (cause) {
    await lifecycle.release();
    if (cause instanceof StorageOpenError) throw cause;
    throw new StorageOpenError('unusable', `cannot use ${kind.file} in ${dataDir}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function sentence(path: string, reason: StorageOpenError['reason'], message: string): string {
  return reason === 'unusable' && !message.includes(path) ? `cannot open ${path}: ${message}` : message;
}
