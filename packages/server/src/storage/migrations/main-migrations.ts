import type { Migration } from '../migration.ts';
import { commands } from './0002-commands.ts';
import { enrolment } from './0005-enrolment.ts';
import { foundation } from './0001-foundation.ts';
import { lostJournals } from './0004-lost-journals.ts';
import { rollouts } from './0003-rollouts.ts';
import { upgrades } from './0006-upgrades.ts';

/** The main database, oldest step first. */
export const mainMigrations: readonly Migration[] = [
  foundation,
  commands,
  rollouts,
  lostJournals,
  enrolment,
  upgrades,
];
