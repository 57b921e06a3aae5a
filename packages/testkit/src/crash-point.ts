/**
 * Loaded into a client with `--import`: kills it with SIGKILL at a named point of a command's life, from outside of its
 * code. `CRASH_POINT=after-spawn:2` means the second time that point is reached.
 *
 *   before-journal  the command has arrived                 after-exit  its process has ended
 *   before-spawn    journalled, no process yet              before-send the result is journalled, not sent
 *   after-spawn     the process exists                      after-send  the result has left
 *                                                           after-ack   the server has stored it
 */
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';

export const CRASH_POINTS = [
  'before-journal',
  'before-spawn',
  'after-spawn',
  'after-exit',
  'before-send',
  'after-send',
  'after-ack',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** What a client is started with to die there. */
export function crashAt(point: CrashPoint, time = 1): { nodeArgs: string[]; env: Record<string, string> } {
  return { nodeArgs: ['--import', import.meta.url], env: { CRASH_POINT: `${point}:${time}` } };
}

/** After a frame has been handed on: long enough for it to be handled, far shorter than anything that follows. */
const HANDLED_MS = 2;

const die = (): void => void process.kill(process.pid, 'SIGKILL');

function arm(wanted: string, time: number): void {
  let left = time;
  const reached = (point: CrashPoint): boolean => point === wanted && --left === 0;

  const { spawn } = childProcess;
  const spawnOrDie = (...args: Parameters<typeof spawn>): ReturnType<typeof spawn> => {
    const isCommand = args.some(
      (arg) =>
        typeof arg === 'object' &&
        'env' in arg &&
        (arg.env?.['OPS_COMMAND_ID'] ?? arg.env?.['OPS_ACTION_ID']) !== undefined,
    );
    if (isCommand && reached('before-spawn')) die();
    const child = spawn(...args);
    if (isCommand && reached('after-spawn')) die();
    if (isCommand) child.prependOnceListener('exit', () => reached('after-exit') && die());
    return child;
  };
  Object.assign(childProcess, { spawn: spawnOrDie });
  syncBuiltinESMExports();

  // oxlint-disable-next-line typescript/unbound-method -- called with the socket it belongs to
  const { push, write } = Socket.prototype;
  Socket.prototype.push = function (this: Socket, chunk: unknown, encoding?: BufferEncoding): boolean {
    const text = Buffer.isBuffer(chunk) ? chunk.toString('latin1') : '';
    if (text.includes('"type":"command"') && reached('before-journal')) die();
    const more = push.call(this, chunk, encoding);
    if (text.includes('"type":"result_ack"') && reached('after-ack')) setTimeout(die, HANDLED_MS);
    return more;
  };
  const writeOrDie = function (this: Socket, chunk: Uint8Array | string, ...rest: never[]): boolean {
    const isResult = Buffer.from(chunk).includes('"type":"command_result"');
    if (isResult && reached('before-send')) die();
    const more = write.call(this, chunk, ...rest);
    if (isResult && reached('after-send')) setTimeout(die, HANDLED_MS);
    return more;
  };
  Object.assign(Socket.prototype, { write: writeOrDie });
}

const [wanted, time] = (process.env['CRASH_POINT'] ?? '').split(':');
if (wanted) arm(wanted, Number(time));
