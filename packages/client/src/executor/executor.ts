/**
 * Runs one command on this host: judges it by this host's own policy, finds the program or opens the script, spawns it,
 * bounds its time and its output, and ends its whole tree.
 *
 *   prepare ─ policy, resolution, descriptors ─► Prepared | Refused        nothing has happened yet
 *   run ─ spawn ─► running ─ exit ──────────────► outcome
 *                    │ time limit, cancel, stop
 *                    └► TERM to the group ─2 s─► KILL ─► sweep by OPS_COMMAND_ID ─► outcome
 */
import type { CommandOutcome, OutputStream } from '@ops/protocol/domain/command.ts';

export interface Outcome {
  readonly outcome: CommandOutcome;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Begins with a word of FAILURE_WORDS when the outcome is `failed`. */
  readonly error: string | null;
  readonly durationMs: number;
}

/** What may be started. Holds descriptors of a script until it is run or released. */
export interface Prepared {
  /** For the log: what will run. */
  readonly normalised: string;
  /** Longest time its entry allows, in milliseconds. */
  readonly maxMs: number | undefined;
  /** It is not run after all. Harmless when it was. */
  release(): Promise<void>;
}

export interface Refused {
  /** `rejected: …` or `spawn_failed: …`, with the rule and what to do. */
  readonly error: string;
}

/** An application's script: what it leaves running is a service, and outlives it and us. */
export interface AppScript {
  readonly appName: string;
  /** Absolute; each part of it is known to be a plain name. */
  readonly path: string;
  readonly args: readonly string[];
  /** The working directory. */
  readonly directory: string;
  /** Processes that are the service: they and what descends from them are never ended. */
  readonly services: () => readonly number[];
}

/** Where output goes as it is read. The pipe is always drained: what is not kept is the sink's business. */
export interface OutputSink {
  /** @param bytes are gone when it returns: what is kept is copied */
  write(stream: OutputStream, bytes: Buffer): void;
}

export interface RunOptions {
  readonly commandId: string;
  readonly timeoutMs: number;
  readonly output: OutputSink;
  /** Once, right after the spawn, so that whoever starts after us can find what we left. */
  onSpawned(process: SpawnedProcess): void;
  /** Of an app's script: something it started still holds its output. */
  onPipesKept?: () => void;
}

/** Tells a process from another that got its number later. */
export interface SpawnedProcess {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat; undefined where there is none. */
  readonly startTime: string | undefined;
}

export interface Running {
  /** Everything of it that can be found has ended. Never rejects. */
  readonly outcome: Promise<Outcome>;
  /** Ends it: `cancelled`, unless it was over. Harmless twice. */
  cancel(): void;
}

export interface Executor {
  /** Nothing is started and nothing is changed. */
  prepare(command: string): Promise<Prepared | Refused>;
  run(prepared: Prepared, options: RunOptions): Running;
  /**
   * After a crash: ends what a command of an earlier process left, found by its pid with its start time and by its
   * OPS_COMMAND_ID. Never signals a process that is not it.
   * @returns how many processes were ended
   */
  sweep(commandId: string, process: SpawnedProcess | undefined): Promise<number>;
}

/** Runs the scripts of applications. */
export interface ScriptExecutor extends Pick<Executor, 'run'> {
  /** Nothing is started and nothing is changed. */
  prepareScript(script: AppScript): Promise<Prepared | Refused>;
  /**
   * After a crash: ends the script of an interrupted action and what descends from it, but no service.
   * @returns how many processes were ended
   */
  endScript(
    commandId: string,
    process: SpawnedProcess | undefined,
    services: () => readonly number[],
  ): Promise<number>;
}
