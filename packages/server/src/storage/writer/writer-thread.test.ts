import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { tempDirectory } from '@ops/testkit/temp-directory.ts';

import { mainMigrations } from '../migrations/main-migrations.ts';
import type { Request } from './messages.ts';
import { createWriterThread } from './writer-thread.ts';

describe('the thread of the writer', () => {
  it('that died says so, and the next request finds a new one', async () => {
    await using directory = await tempDirectory('storage');
    const path = join(directory.path, 'ops.db');
    const open: Request = {
      type: 'open',
      nowMs: 1,
      recovering: false,
      path,
      durability: 'full',
      migrations: mainMigrations,
      auditKey: undefined,
      maxPages: undefined,
    };
    const thread = createWriterThread();
    expect(await thread.request(open)).toMatchObject({ type: 'opened' });
    // No request at all: the one thing the thread has no answer to.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is wrong is the point
    await expect(thread.request(undefined as unknown as Request)).rejects.toThrow('ended unexpectedly');
    const commit: Request = { type: 'commit', nowMs: 1, changes: [], anchor: false };
    expect(await thread.request(commit)).toMatchObject({ type: 'failed' });
    expect(await thread.request({ ...open, recovering: true })).toMatchObject({ type: 'opened' });
    expect(await thread.request(commit)).toMatchObject({ type: 'committed', outcomes: [] });
    expect(await thread.request({ type: 'close', nowMs: 1 })).toEqual({ type: 'closed' });
    await thread.end();
    await thread.end();
  });
});
