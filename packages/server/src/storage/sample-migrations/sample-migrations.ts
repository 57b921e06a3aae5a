import type { Migration } from '../migration.ts';
import { minuteSamples } from './0001-minute-samples.ts';

/** The database of samples, oldest step first. */
export const sampleMigrations: readonly Migration[] = [minuteSamples];
