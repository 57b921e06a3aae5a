/** A program for tests that kill it: migrates the database it is given with steps that take a while, then says `done`. */
import { writeSync } from 'node:fs';

import { sqliteWrites } from './dialects/sqlite-writer.ts';
import { MANY_STEPS } from './test-migrations.ts';

const [path = ''] = process.argv.slice(2);
writeSync(1, 'start\n');
const connection = sqliteWrites.openWriter({ path, durability: 'full' });
connection.migrate(MANY_STEPS, 1);
connection.close();
writeSync(1, 'done\n');
