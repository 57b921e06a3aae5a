/** Processes by something in the environment they were started with, as /proc shows it. */
import { readdir, readFile } from 'node:fs/promises';

/** @param variable `NAME=value`. Zombies are not among them. */
export async function processesOf(variable: string): Promise<number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      // It may end between the list and the look; of a zombie nothing is left to read.
      const text = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
      return text.split('\0').includes(variable) ? [Number(name)] : [];
    }),
  );
  return found.flat();
}
