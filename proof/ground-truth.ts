/**
 * What really happened, in a file the product never reads: an allowed script appends a line for each execution, with
 * one O_APPEND write and an fsync, before it does anything else.
 *
 *   <command id> <pid> <boot id>
 *
 * Then it prints what can be computed from the id alone, so that stored output can be compared byte for byte.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Execution {
  readonly commandId: string;
  readonly pid: number;
  readonly boot: string;
}

interface ScriptWork {
  /** Seconds it sleeps after it has printed. */
  readonly sleepSecs?: number;
  readonly exitCode?: number;
  /** Lines on standard output. */
  readonly lines?: number;
  /** Shows in the command's text alone: finds the command of a request that was never answered. */
  readonly mark?: string;
}

export interface GroundTruth {
  /** To be allowed on the server and on every client. */
  readonly scriptDir: string;
  readonly file: string;
  /** The command that does this work. */
  command(work?: ScriptWork): string;
  /** A script of one's own in the same directory; the name without `.sh`. @returns its path */
  addScript(name: string, body: string): Promise<string>;
  executions(): Promise<readonly Execution[]>;
}

const DEFAULT_LINES = 3;
const LINE = /^([0-9a-f-]{36}) (\d+) ([0-9a-f-]{36})$/;

function script(file: string): string {
  return `# SLEEP EXIT LINES [MARK]: proves that it ran, prints what its id says, sleeps, ends.
read -r boot < /proc/sys/kernel/random/boot_id
printf '%s %s %s\\n' "$OPS_COMMAND_ID" "$$" "$boot" >> '${file}'
sync '${file}'
for ((i = 0; i < $3; i++)); do printf '%s line %s\\n' "$OPS_COMMAND_ID" "$i"; done
printf 'error %s\\n' "$OPS_COMMAND_ID" >&2
[ "$1" = 0 ] || sleep "$1"
exit "$2"
`;
}

/** What the script prints on standard output. */
export function expectedOutput(commandId: string, lines: number = DEFAULT_LINES): string {
  let text = '';
  for (let i = 0; i < lines; i++) text += `${commandId} line ${i}\n`;
  return text;
}

export function expectedErrorOutput(commandId: string): string {
  return `error ${commandId}\n`;
}

export function sha256(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}

/** How many lines a command that `command` made prints; undefined for any other command. */
export function linesOf(command: string): number | undefined {
  const found = /\/prove\.sh \S+ \d+ (\d+)(?: |$)/.exec(command);
  return found ? Number(found[1]) : undefined;
}

async function writeScript(path: string, body: string): Promise<string> {
  await writeFile(path, body);
  await chmod(path, 0o755);
  return path;
}

/** @param directory exists and is nobody else's */
export async function makeGroundTruth(directory: string): Promise<GroundTruth> {
  const scriptDir = join(directory, 'scripts');
  const file = join(directory, 'executions');
  const path = join(scriptDir, 'prove.sh');
  await mkdir(scriptDir, { recursive: true });
  await chmod(scriptDir, 0o755);
  await writeFile(file, '', { flag: 'a' });
  await writeScript(path, script(file));
  return {
    scriptDir,
    file,
    command({ sleepSecs = 0, exitCode = 0, lines = DEFAULT_LINES, mark } = {}) {
      return [path, sleepSecs, exitCode, lines, ...(mark === undefined ? [] : [mark])].join(' ');
    },
    addScript: (name, body) => writeScript(join(scriptDir, `${name}.sh`), body),
    async executions() {
      const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
      return lines.map((line) => {
        const [, commandId, pid, boot] = LINE.exec(line) ?? [];
        if (commandId === undefined || pid === undefined || boot === undefined)
          throw new Error(`not a line of the ground truth: ${JSON.stringify(line)}`);
        return { commandId, pid: Number(pid), boot };
      });
    },
  };
}

/** How often each id was executed. */
export async function executionCounts(truth: GroundTruth): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { commandId } of await truth.executions())
    counts.set(commandId, (counts.get(commandId) ?? 0) + 1);
  return counts;
}
