/** How a program is started here, for commands that are pasted into a shell. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { shellWord } from '../private-file.ts';
import { singleFile } from '../single-file.ts';

const LAUNCHERS = join(import.meta.dirname, '../../../../bin');
const UNITS = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];

/** This very program where it is one file, the launcher of this installation, else the name alone. */
export function launcherOf(program: string): string {
  if (singleFile()) return shellWord(process.execPath);
  const path = join(LAUNCHERS, program);
  return existsSync(path) ? shellWord(path) : program;
}

/** Starts or restarts it: as a service where it is one. */
export function serviceCommand(program: string, what: 'start' | 'restart'): string {
  const isService = UNITS.some((folder) => existsSync(join(folder, `${program}.service`)));
  return isService ? `sudo systemctl ${what} ${program}` : launcherOf(program);
}
