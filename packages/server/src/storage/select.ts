/** Parts of queries that many stores ask. */
import { sql } from 'kysely';
import type { RawBuilder, SelectQueryBuilder, SqlBool } from 'kysely';

/** That this text is somewhere in the column, for `where`. */
export function contains(column: string, text: string): RawBuilder<SqlBool> {
  const pattern = `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return sql<SqlBool>`${sql.ref(column)} LIKE ${pattern} ESCAPE '\\'`;
}

/** A page by `number`, newest first, for `$call`. @param below number of the one the page before ended with */
export function newestFirst(below: number | undefined, limit: number) {
  return <DB, TB extends keyof DB, Row>(select: SelectQueryBuilder<DB, TB, Row>) =>
    (below === undefined ? select : select.where(sql<SqlBool>`number < ${below}`))
      .orderBy(sql`number`, 'desc')
      .limit(limit);
}
