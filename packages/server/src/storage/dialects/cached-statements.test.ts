import { DatabaseSync } from 'node:sqlite';

import { describe, expect, it } from 'vitest';

import { CachedStatements, MAX_CACHED_STATEMENTS } from './cached-statements.ts';

describe('cached statements', () => {
  it('are kept up to a number; one more displaces the oldest', () => {
    const statements = new CachedStatements(new DatabaseSync(':memory:'));
    const first = statements.get('SELECT 0');
    for (let i = 1; i < MAX_CACHED_STATEMENTS; i++) statements.get(`SELECT ${i}`);
    expect(statements.get('SELECT 0')).toBe(first);
    expect(statements.size).toBe(MAX_CACHED_STATEMENTS);
    statements.get('SELECT -1');
    expect(statements.size).toBe(MAX_CACHED_STATEMENTS);
    expect(statements.get('SELECT 0')).not.toBe(first);
    expect(statements.size).toBe(MAX_CACHED_STATEMENTS);
  });
});
