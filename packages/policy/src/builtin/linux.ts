/** Every built-in command of Linux, one file each or, where they are small, together. */
import type { Builtin } from './builtin.ts';
import { date } from './date.ts';
import { df } from './df.ts';
import { ls } from './ls.ts';
import { netstat } from './netstat.ts';
import { free, htop, pwd, uptime, whoami } from './plain.ts';
import { ps } from './ps.ts';
import { systemctl } from './systemctl.ts';
import { top } from './top.ts';

export const LINUX: readonly Builtin[] = [
  ps,
  ls,
  pwd,
  whoami,
  date,
  uptime,
  df,
  free,
  top,
  htop,
  netstat,
  systemctl,
];
