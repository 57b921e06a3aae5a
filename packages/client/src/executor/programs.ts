/**
 * Where the programs of this host are: looked up by name in the system's directories and nowhere else, and only what
 * root alone could have put there.
 */
import { realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SYSTEM_DIRECTORIES = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'] as const;
const WRITABLE_BY_OTHERS = 0o022;

export type Found = { readonly file: string } | { readonly problem: string };

/** Where to get what a stock host may lack. */
const DEBIAN_PACKAGE: Readonly<Record<string, string>> = {
  free: 'procps',
  htop: 'htop',
  netstat: 'net-tools or iproute2',
  ps: 'procps',
  ss: 'iproute2',
  systemctl: 'systemd',
  top: 'procps',
  uptime: 'procps',
};

export interface Programs {
  /** By name. */
  find(name: string): Found;
  /** At an absolute path from the configuration. */
  at(path: string): Found;
}

/** @param owners user ids that may own a program beside root: the client's own for configured paths */
function judge(path: string, owners: readonly number[]): Found | undefined {
  let file: string;
  try {
    file = realpathSync(path);
    const facts = statSync(file);
    if (!facts.isFile()) return { problem: `${path} is not a regular file` };
    const above = statSync(dirname(file));
    for (const { uid, mode } of [facts, above]) {
      if (!owners.includes(uid)) return { problem: `${file} or its directory does not belong to root` };
      if (mode & WRITABLE_BY_OTHERS) return { problem: `${file} or its directory can be changed by others` };
    }
  } catch {
    return undefined;
  }
  return { file };
}

/** Each name is looked up once, at its first use: a host has thousands and runs twelve. */
export function createPrograms(): Programs {
  const known = new Map<string, Found>();

  function look(name: string): Found {
    let refused: Found | undefined;
    for (const directory of SYSTEM_DIRECTORIES) {
      const found = judge(join(directory, name), [0]);
      if (found && 'file' in found) return found;
      refused ??= found;
    }
    const from = DEBIAN_PACKAGE[name];
    return (
      refused ?? { problem: `${name} is not installed${from ? ` (Debian: apt-get install ${from})` : ''}` }
    );
  }

  return {
    find(name) {
      const before = known.get(name);
      if (before && 'file' in before) return before;
      // What is missing may be installed later.
      const found = look(name);
      known.set(name, found);
      return found;
    },
    at(path) {
      const own = process.geteuid?.();
      return judge(path, own === undefined ? [0] : [0, own]) ?? { problem: `${path} does not exist` };
    },
  };
}
