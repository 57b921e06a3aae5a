/** Runs `ops-server doctor` in this process, and finds things in what it said. For tests. */
import type { Server } from 'node:net';

import { systemClock } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import { serverDoctor } from './doctor.ts';

export interface Said {
  readonly status: number;
  readonly text: string;
  readonly err: string;
  readonly faults: readonly string[];
  /** `LEVEL CAUSE → MEND` of the findings with this id. */
  of(id: string): string[];
}

export interface DoctorOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly argv?: readonly string[];
  readonly clock?: Clock;
}

/** A proxy on a loaded machine is given less time than a person would give it. */
const STREAM_DEADLINE_MS = 700;

export async function doctor({
  cwd,
  env = {},
  argv = [],
  clock = systemClock,
}: DoctorOptions): Promise<Said> {
  let [text, err] = ['', ''];
  const status = await serverDoctor({
    argv: ['--json', '--lang', 'en', ...argv],
    env,
    cwd,
    clock,
    out: (more) => (text += more),
    err: (more) => (err += more),
    streamDeadlineMs: STREAM_DEADLINE_MS,
  });
  return readSaid(status, text, err);
}

/** @param text what `--json` printed */
export function readSaid(status: number, text: string, err: string): Said {
  const report: { findings: { id: string; level: string; cause: string; mend?: string }[] } =
    text === '' ? { findings: [] } : JSON.parse(text);
  const lines = report.findings.map(({ id, level, cause, mend }) => ({
    id,
    level,
    line: `${level} ${cause}${mend === undefined ? '' : ` → ${mend}`}`,
  }));
  return {
    status,
    text,
    err,
    faults: lines.filter(({ level }) => level === 'fault').map(({ line }) => line),
    of: (id) => lines.filter((each) => each.id === id).map(({ line }) => line),
  };
}

/** Where something listens. */
export function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('listening, but not on a TCP port');
  return address.port;
}
