/**
 * The thread that writes one database. It answers one request at a time, in order; everything in it is synchronous, so
 * that a slow disk holds up this thread and no other. After a failure it takes no commits until it was opened anew.
 */
import { parentPort } from 'node:worker_threads';

import { continueTrail, type Trail } from '../../audit/trail.ts';
import type { WriteConnection } from '../dialects/dialect.ts';
import { sqliteWrites as dialect } from '../dialects/sqlite-writer.ts';
import { messageOf, StorageOpenError, type OpenFailure } from '../storage-error.ts';
import { applyGroup } from './group.ts';
import type { Reply, Request, TrailPosition } from './messages.ts';

type OpenRequest = Extract<Request, { type: 'open' }>;

interface Open {
  readonly path: string;
  readonly connection: WriteConnection;
  readonly trail: Trail | undefined;
}

const port = parentPort;
if (!port) throw new Error('runs as a worker only');
let current: Open | undefined;

port.on('message', (request: Request) => {
  let reply: Reply;
  try {
    reply = answer(request);
  } catch (cause) {
    const path = request.type === 'open' ? request.path : current?.path;
    leave();
    reply = { type: 'failed', ...wordsFor(cause, path ?? 'the database') };
  }
  port.postMessage(reply);
  if (request.type === 'close') port.close();
});

function answer(request: Request): Reply {
  if (request.type === 'open') {
    leave();
    current = open(request);
    return { type: 'opened', trail: positionOf(current.trail) };
  }
  if (request.type === 'close') return close(request.nowMs);
  if (!current) throw new Error('not open after a failure');
  const { connection, trail } = current;
  const outcomes = applyGroup({ connection, dialect, trail }, request.changes, request);
  return { type: 'committed', outcomes, trail: positionOf(trail) };
}

function open({ path, durability, migrations, auditKey, maxPages, nowMs, recovering }: OpenRequest): Open {
  const connection = dialect.openWriter({ path, durability, maxPages });
  try {
    const finding = connection.findDamage();
    if (finding !== undefined) throw damaged(path, finding);
    connection.migrate(migrations, nowMs);
    if (recovering) {
      // What was acknowledged goes to its final place by writes and syncs of its own, before anything new is taken.
      connection.settle();
      connection.probe();
    }
    return { path, connection, trail: auditKey && trailWith(connection, auditKey, path) };
  } catch (cause) {
    connection.close();
    throw cause;
  }
}

function close(nowMs: number): Reply {
  if (current) {
    const { connection, trail } = current;
    if (trail) connection.transaction(() => trail.anchor(nowMs, { always: true }));
    connection.settle();
    leave();
  }
  return { type: 'closed' };
}

function positionOf(trail: Trail | undefined): TrailPosition | undefined {
  return trail && { seq: trail.position.seq, anchoredTo: trail.position.anchoredTo };
}

function leave(): void {
  current?.connection.close();
  current = undefined;
}

function trailWith(connection: WriteConnection, key: Uint8Array, path: string): Trail {
  const trail = continueTrail(connection, key);
  if (trail) return trail;
  throw new StorageOpenError(
    'audit_key',
    `the audit-key beside ${path} is missing or another than its audit trail was anchored with: put back the one from where the database came from`,
  );
}

function damaged(path: string, finding: string): StorageOpenError {
  return new StorageOpenError('damaged', `${path} is damaged (${finding}): put back a copy of it`);
}

/** An error does not cross threads with its class: what is needed of it does. */
function wordsFor(cause: unknown, path: string): { reason: OpenFailure; message: string } {
  const isDamage = !(cause instanceof StorageOpenError) && dialect.judge(cause).kind === 'damaged';
  const error = isDamage ? damaged(path, messageOf(cause)) : cause;
  return { reason: error instanceof StorageOpenError ? error.reason : 'unusable', message: messageOf(error) };
}
