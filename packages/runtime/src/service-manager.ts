/**
 * Tells systemd that the program is ready, is alive, is about to end; where something else started it, nothing is told.
 *
 *   starting ──ready()──► ready: READY=1, then WATCHDOG=1 again and again ──stopping()──► STOPPING=1
 *
 * systemd listens on a datagram socket, which Node cannot write to. Its own systemd-notify does it, one at a time. That
 * it is started from a timer is what the watchdog looks at: a program whose event loop stands still tells nothing.
 */
import type { Clock, Timer } from './clock.ts';
import type { Child, Exec } from './exec.ts';
import type { Log } from './log.ts';

const NOTIFY = '/usr/bin/systemd-notify';
/** Of the time systemd waits for, as its manual recommends: one that comes late must not end the program. */
const SHARE_OF_WATCHDOG = 1 / 2;

export interface ServiceManagerNeeds {
  /** Of the process, with what systemd put into it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly exec: Exec;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ServiceManager {
  ready(): void;
  stopping(): void;
}

export function createServiceManager({ env, pid, exec, clock, log }: ServiceManagerNeeds): ServiceManager {
  const socket = env['NOTIFY_SOCKET'];
  if (socket === undefined || socket === '') return { ready() {}, stopping() {} };
  let telling: Child | undefined;
  let failed = false;
  let watchdog: Timer | undefined;

  function tell(what: 'READY=1' | 'WATCHDOG=1' | 'STOPPING=1'): void {
    const child = exec.spawn(NOTIFY, [what], {
      env: { NOTIFY_SOCKET: socket },
      cwd: '/',
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    telling = child;
    void child.exited.then((end) => {
      if (telling === child) telling = undefined;
      if (failed || (end.kind === 'exited' && end.code === 0)) return;
      failed = true;
      const how = end.kind === 'failed' ? { error: end.error } : { end };
      log.warn('systemd could not be told how this program is', { program: NOTIFY, what, ...how });
    });
  }

  return {
    ready() {
      tell('READY=1');
      const everyMs = watchdogMs(env, pid);
      if (everyMs === undefined) return;
      watchdog = clock.every(everyMs, () => {
        if (!telling) tell('WATCHDOG=1');
      });
    },
    stopping() {
      watchdog?.cancel();
      tell('STOPPING=1');
    },
  };
}

/** How often to tell; undefined when systemd does not wait for it, or waits for another process. */
function watchdogMs(env: ServiceManagerNeeds['env'], pid: number): number | undefined {
  const micros = Number(env['WATCHDOG_USEC']);
  const meant = env['WATCHDOG_PID'];
  if (!(micros > 0) || (meant !== undefined && Number(meant) !== pid)) return undefined;
  return (micros / 1000) * SHARE_OF_WATCHDOG;
}
