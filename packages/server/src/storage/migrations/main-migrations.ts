import type { Migration } from '../migration.ts';
import { foundation } from './0001-foundation.ts';

/** The main database, oldest step first. */
export const mainMigrations: readonly Migration[] = [foundation];
