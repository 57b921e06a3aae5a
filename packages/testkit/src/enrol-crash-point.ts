/**
 * Loaded into a client with `--import`: kills it with SIGKILL at a named point of its enrolment, from outside of its code.
 *
 *   answered    the server has given out the key, the client has not read the answer
 *   key-partial the key is on disk under a passing name
 *   key-kept    the key has its name, nothing else has happened yet
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';

export const ENROL_CRASH_POINTS = ['answered', 'key-partial', 'key-kept'] as const;
export type EnrolCrashPoint = (typeof ENROL_CRASH_POINTS)[number];

/** What a client is started with to die there. */
export function dieWhenEnrolling(point: EnrolCrashPoint): {
  nodeArgs: string[];
  env: Record<string, string>;
} {
  return { nodeArgs: ['--import', import.meta.url], env: { ENROL_CRASH_POINT: point } };
}

const die = (): void => void process.kill(process.pid, 'SIGKILL');

function arm(wanted: string): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with the socket it belongs to
  const { push } = Socket.prototype;
  Socket.prototype.push = function (this: Socket, chunk: unknown, encoding?: BufferEncoding): boolean {
    if (wanted === 'answered' && Buffer.isBuffer(chunk) && chunk.includes('"type":"enrolled"')) die();
    return push.call(this, chunk, encoding);
  };
  const files: typeof import('node:fs/promises') = createRequire(import.meta.url)('node:fs/promises');
  const { rename } = files;
  files.rename = async (from, to) => {
    const isKey = String(to).endsWith('/key');
    if (isKey && wanted === 'key-partial') die();
    await rename(from, to);
    if (isKey && wanted === 'key-kept') die();
  };
  syncBuiltinESMExports();
}

const wanted = process.env['ENROL_CRASH_POINT'];
if (wanted !== undefined) arm(wanted);
