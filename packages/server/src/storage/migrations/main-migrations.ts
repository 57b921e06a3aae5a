import type { Migration } from '../migration.ts';
import { commands } from './0002-commands.ts';
import { foundation } from './0001-foundation.ts';
import { rollouts } from './0003-rollouts.ts';

/** The main database, oldest step first. */
export const mainMigrations: readonly Migration[] = [foundation, commands, rollouts];
