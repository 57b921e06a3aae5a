/** What was thrown away or refused, for `ops_dropped_total{what=…}`. */
const NAMES = [
  /** Chunks that came before. */
  'command_output_repeated',
  /** Chunks that came before the one they follow. */
  'command_output_gap',
  /** Chunks beyond what is kept of a stream. */
  'command_output_over_limit',
  /** Chunks that found no room because the disk takes nothing. The client is asked for them later. */
  'command_output_unstored',
  /** Chunks of commands that are over. */
  'command_output_too_late',
  /** Results stored without chunks that the client could not give. */
  'command_output_lost',
  /** Results that were known. */
  'command_result_repeated',
  /** Results of commands nobody knows any more. */
  'command_result_unknown',
  /** Changes that the states of a command do not allow. */
  'command_transition_impossible',
  /** Changes that the database refused. */
  'command_step_refused',
  /** Commands refused because too many are not over. */
  'command_over_limit',
] as const;
export type DropName = (typeof NAMES)[number];

export interface DropCounters {
  count(name: DropName): void;
  readonly all: Readonly<Record<string, number>>;
}

export function createDropCounters(): DropCounters {
  const all: Record<string, number> = Object.fromEntries(NAMES.map((name) => [name, 0]));
  return {
    count(name) {
      all[name] = (all[name] ?? 0) + 1;
    },
    get all() {
      return { ...all };
    },
  };
}
