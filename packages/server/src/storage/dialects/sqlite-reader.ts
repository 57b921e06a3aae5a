/**
 * Reads through Kysely, on connections that cannot write. Plain reads share one connection: each is over before the
 * next begins. A transaction (several reads of one moment) and a stream hold a snapshot for as long as they take, so
 * each gets a connection of its own, and all other reads still see what was committed meanwhile.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';

import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from 'kysely';

import { CachedStatements } from './cached-statements.ts';
import { asParameter, type ReadDialect, type Reader } from './dialect.ts';

const BEGIN = 'BEGIN';

export const sqliteReads: ReadDialect = { openReader };

function openReader(path: string): Reader {
  const shared = openReadOnly(path);
  const driver = createDriver(path, shared);
  return {
    kysely: {
      createAdapter: () => new ReadAdapter(),
      createDriver: () => driver,
      createIntrospector: (query) => new SqliteIntrospector(query),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
    close() {
      if (shared.isOpen) shared.close();
    },
  };
}

/** Kysely lets readers wait for one another unless it is told not to. */
class ReadAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

function openReadOnly(path: string): DatabaseSync {
  return new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
}

function createDriver(path: string, shared: DatabaseSync): Driver {
  const plain = { shared: new CachedStatements(shared), path };
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(new ReadConnection(plain)),
    releaseConnection(connection) {
      asOurs(connection).endSnapshot();
      return Promise.resolve();
    },
    beginTransaction(connection) {
      asOurs(connection).beginSnapshot();
      return Promise.resolve();
    },
    commitTransaction(connection) {
      asOurs(connection).endSnapshot();
      return Promise.resolve();
    },
    rollbackTransaction(connection) {
      asOurs(connection).endSnapshot();
      return Promise.resolve();
    },
    destroy: () => Promise.resolve(),
  };
}

function asOurs(connection: DatabaseConnection): ReadConnection {
  if (connection instanceof ReadConnection) return connection;
  throw new TypeError('a connection of another driver');
}

class ReadConnection implements DatabaseConnection {
  readonly #shared: CachedStatements;
  readonly #path: string;
  #snapshot: DatabaseSync | undefined;

  constructor(plain: { readonly shared: CachedStatements; readonly path: string }) {
    this.#shared = plain.shared;
    this.#path = plain.path;
  }

  beginSnapshot(): void {
    this.#snapshot = openReadOnly(this.#path);
    this.#snapshot.exec(BEGIN);
  }

  endSnapshot(): void {
    this.#snapshot?.close();
    this.#snapshot = undefined;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const statement: StatementSync = this.#snapshot?.prepare(sql) ?? this.#shared.get(sql);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what rows hold is Kysely's promise
    return { rows: statement.all(...parameters.map(asParameter)) as Row[] };
  }

  async *streamQuery<Row>({ sql, parameters }: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    const db = openReadOnly(this.#path);
    try {
      for (const row of db.prepare(sql).iterate(...parameters.map(asParameter))) {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
        yield { rows: [row as Row] };
      }
    } finally {
      db.close();
    }
  }
}
