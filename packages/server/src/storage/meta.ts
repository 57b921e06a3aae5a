/** Small things a server remembers about itself. */
import type { Random } from '@ops/runtime/random.ts';

import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

export interface Meta {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  /** UUID of this server, made at the first call and kept for the life of the database. */
  serverId(): Promise<string>;
}

const SERVER_ID = 'server_id';

export function createMeta(needs: { readonly database: Database<Tables>; readonly random: Random }): Meta {
  const { database, random } = needs;
  const { query } = database;

  async function get(key: string): Promise<string | undefined> {
    const row = await query.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst();
    return row?.value;
  }

  return {
    get,
    async set(key, value) {
      const put = query
        .insertInto('meta')
        .values({ key, value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }));
      await database.write({ statements: [put] });
    },
    async serverId() {
      const known = await get(SERVER_ID);
      if (known !== undefined) return known;
      const keepFirst = query
        .insertInto('meta')
        .values({ key: SERVER_ID, value: random.uuid() })
        .onConflict((conflict) => conflict.column('key').doNothing());
      await database.write({ statements: [keepFirst] });
      const kept = await get(SERVER_ID);
      if (kept === undefined) throw new Error('the server id was not kept');
      return kept;
    },
  };
}
