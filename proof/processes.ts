/** Processes that carry a command's id, found in /proc as the product itself would find them. */
import { readdir, readFile } from 'node:fs/promises';

export interface CommandProcess {
  readonly pid: number;
  readonly commandId: string;
  readonly commandLine: string;
  /** One letter of proc_pid_stat(5): R, S, D, T, Z. */
  readonly state: string;
}

const ID_IN_ENVIRONMENT = /(?:^|\0)OPS_COMMAND_ID=([0-9a-f-]{36})(?:\0|$)/;

async function readProcess(pid: number): Promise<CommandProcess | undefined> {
  try {
    const [environment, commandLine, stat] = await Promise.all([
      readFile(`/proc/${pid}/environ`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    const commandId = ID_IN_ENVIRONMENT.exec(environment)?.[1];
    if (commandId === undefined) return undefined;
    const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    return { pid, commandId, commandLine: commandLine.replaceAll('\0', ' ').trim(), state };
  } catch {
    // Gone meanwhile, or somebody else's.
    return undefined;
  }
}

/** Living processes (zombies are not) with an OPS_COMMAND_ID, of these commands or of all. */
export async function commandProcesses(ids?: ReadonlySet<string>): Promise<CommandProcess[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => Number.isInteger(pid) && pid > 1);
  const found = await Promise.all(pids.map(readProcess));
  return found.filter(
    (process) => process !== undefined && process.state !== 'Z' && (ids?.has(process.commandId) ?? true),
  ) as CommandProcess[];
}

/** Whether a process runs under this number; a zombie does not. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat[stat.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    return false;
  }
}

/** Ends what these commands left. */
export async function endProcesses(ids: ReadonlySet<string>): Promise<void> {
  for (const { pid } of await commandProcesses(ids)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone meanwhile.
    }
  }
}
