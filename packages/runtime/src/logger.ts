/**
 * The log of a program: text lines in `NAME.log.YYYY-MM-DD`. The date of a file is the host's local date, so that
 * `tail NAME.log.$(date +%F)` finds it; the time in a line is UTC, so that logs of several hosts can be compared.
 * Whoever logs never waits and never fails; what cannot be written is counted (docs/decisions/0004-own-logger.md).
 */
import { write } from 'node:fs';

import type { Clock } from './clock.ts';
import { createRedact, formatLine } from './log-line.ts';
import { createLogFile } from './log-file.ts';
import { createLineQueue } from './log-queue.ts';
import { LOG_LEVELS } from './log.ts';
import type { Log, LogFields, LogLevel } from './log.ts';

/** A file that a person can still open in an editor. */
export const DEFAULT_MAX_FILE_BYTES = 64 * 1024 * 1024;
/** How long `close` waits for a disk that does not answer. */
export const CLOSE_WITHIN_MS = 2000;

export interface LoggerOptions {
  readonly directory: string;
  /** Of the files, and in the one line on stderr when they cannot be written. */
  readonly name: string;
  readonly level: LogLevel;
  readonly retentionDays: number;
  readonly clock: Clock;
  readonly maxFileBytes?: number;
  /** Every line goes there as well. */
  readonly console?: 'stderr' | undefined;
  /** Configured secrets, never written anywhere. */
  readonly redact: readonly string[];
  /** Writes to the standard error; tests put their own. */
  readonly stderr?: (bytes: Buffer) => Promise<void>;
}

export interface Logger extends Log {
  setLevel(level: LogLevel): void;
  /** Secrets that came later, such as after a rotation; earlier ones stay secret. */
  addRedacted(secrets: readonly string[]): void;
  /** Resolves when all lines are written, or cannot be written now. */
  flush(): Promise<void>;
  /** Writes what waits, within CLOSE_WITHIN_MS, and closes the file. Later lines are dropped. */
  close(): Promise<void>;
  /** Lines lost since the start: the file was in trouble for longer than the queue could hold them. */
  readonly dropped: number;
}

/** Asynchronous, because a write to a pipe nobody reads would otherwise stop the program. */
function writeToStderr(bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    write(2, bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** `YYYY-MM-DD` of the host's time zone. Works a date out once a day. */
function createLocalDay(): (wall: number) => string {
  let from = 1;
  let to = 0;
  let day = '';
  return (wall) => {
    if (wall < from || wall >= to) {
      const date = new Date(wall);
      const [year, month, dayOfMonth] = [date.getFullYear(), date.getMonth(), date.getDate()];
      from = new Date(year, month, dayOfMonth).getTime();
      to = new Date(year, month, dayOfMonth + 1).getTime();
      day = `${String(year).padStart(4, '0')}-${String(month + 1).padStart(2, '0')}-${String(dayOfMonth).padStart(2, '0')}`;
    }
    return day;
  };
}

export function createLogger(options: LoggerOptions): Logger {
  const { directory, name, clock, maxFileBytes = DEFAULT_MAX_FILE_BYTES, stderr = writeToStderr } = options;
  const secrets = [...options.redact];
  let redact = createRedact(secrets);
  let level = LOG_LEVELS.indexOf(options.level);
  let closed: Promise<void> | undefined;
  const localDay = createLocalDay();

  const screen = createLineQueue({
    clock,
    async write(lines) {
      await stderr(Buffer.concat(lines.map(({ bytes }) => bytes)));
      return { lines: lines.length };
    },
  });
  const file = createLogFile({ directory, name, retentionDays: options.retentionDays, maxFileBytes, clock });
  const queue = createLineQueue({
    clock,
    write: (lines) => file.write(lines),
    onFault: (fault) => tell('error', `The log in ${directory} cannot be written`, { error: fault }),
    onRecovered: (dropped) => emit('warn', 'The log can be written again', { lines_lost: dropped }),
  });

  function line(
    at: LogLevel,
    message: string,
    fields: LogFields | undefined,
  ): { day: string; bytes: Buffer } {
    const wall = clock.wall();
    const event = { level: at, message, fields, wall, stacks: level === 0 };
    return { day: localDay(wall), bytes: Buffer.from(formatLine(event, redact)) };
  }

  /** To the screen only. */
  function tell(at: LogLevel, message: string, fields: LogFields): void {
    screen.push(line(at, `${name}: ${message}`, fields));
  }

  function emit(at: LogLevel, message: string, fields: LogFields | undefined): void {
    if (LOG_LEVELS.indexOf(at) < level) return;
    const made = line(at, message, fields);
    queue.push(made);
    if (options.console === 'stderr') screen.push(made);
  }

  async function finish(): Promise<void> {
    await within(clock, Promise.all([queue.flush(), screen.flush()]));
    queue.stop();
    screen.stop();
    await within(clock, file.close());
  }

  return {
    debug: (message, fields) => emit('debug', message, fields),
    info: (message, fields) => emit('info', message, fields),
    warn: (message, fields) => emit('warn', message, fields),
    error: (message, fields) => emit('error', message, fields),
    setLevel(next) {
      level = LOG_LEVELS.indexOf(next);
    },
    addRedacted(more) {
      for (const secret of more) if (!secrets.includes(secret)) secrets.push(secret);
      redact = createRedact(secrets);
    },
    async flush() {
      await Promise.all([queue.flush(), screen.flush()]);
    },
    close() {
      closed ??= finish();
      return closed;
    },
    get dropped() {
      return queue.dropped;
    },
  };
}

/** Waits for the work, but not for ever, and not for its faults. */
function within(clock: Clock, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(CLOSE_WITHIN_MS, resolve);
    const done = (): void => {
      timer.cancel();
      resolve();
    };
    work.then(done, done);
  });
}
