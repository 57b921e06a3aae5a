/** What is true of an application after an action, beside what its script claimed. Pure. */
import type { AppNow } from './apps.ts';

/** As the end of a sentence that begins with `found:`. */
export function foundText(now: AppNow | undefined): string {
  if (!now) return 'the application is no longer there';
  const { service_status, status_reason, pid, version } = now.info;
  const process = pid === undefined ? '' : `, process ${pid}`;
  const why = status_reason === undefined ? '' : ` (${status_reason})`;
  return `${service_status}${process}, VERSION ${version ?? 'not there'}${why}`;
}

/** What a script says of itself by its exit. */
export function claimText(verb: string, exitCode: number | null): string {
  if (exitCode === null) return `${verb} was ended`;
  return exitCode === 0 ? `${verb} said success (exit 0)` : `${verb} said failure (exit ${exitCode})`;
}

export interface RunningProcess {
  readonly pid: number;
  readonly startTime: string;
}

/** The process an application runs as, if it does. */
export function processOf(now: AppNow | undefined): RunningProcess | undefined {
  const { look } = now ?? {};
  const pid = now?.info.pid;
  if (look?.kind !== 'alive' || pid === undefined) return undefined;
  return { pid, startTime: look.startTime };
}
