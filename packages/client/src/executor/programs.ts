/**
 * Where the programs of this host are: looked up by name in the system's directories and nowhere else, and only what
 * root alone could have put there.
 */
import { realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SYSTEM_DIRECTORIES = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'] as const;
const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

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

/**
 * The file behind a path, and every directory above it.
 * @param owners user ids that may own them: root, and for configured paths the client's own
 */
function judge(path: string, owners: readonly number[]): Found | undefined {
  try {
    const file = realpathSync(path);
    if (!statSync(file).isFile()) return { problem: `${path} is not a regular file` };
    for (let place = file; ; place = dirname(place)) {
      const { uid, mode } = statSync(place);
      if (!owners.includes(uid)) return { problem: `${place} belongs to user ${uid}` };
      const isSticky = place !== file && place !== dirname(file) && (mode & STICKY) !== 0;
      if (mode & WRITABLE_BY_OTHERS && !isSticky) return { problem: `${place} can be changed by others` };
      if (place === dirname(place)) return { file };
    }
  } catch {
    return undefined;
  }
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
