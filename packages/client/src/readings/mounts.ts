/** Which mounted filesystems are disks: pure reading of /proc/self/mountinfo. */

/** Longest mount point and filesystem name the protocol carries. */
const MAX_MOUNT = 256;
const MAX_FILESYSTEM = 64;

/** Filesystems that live on a disk of this host. Not: memory, network, images that are always full (squashfs, iso9660). */
const DISK_FILESYSTEM =
  /^(ext[234]|xfs|btrfs|zfs|bcachefs|f2fs|jfs|nilfs2|reiserfs|ocfs2|gfs2|vfat|msdos|exfat|ntfs3?|fuseblk|hfsplus|apfs|ufs|ubifs|jffs2|yaffs2)$/;

export interface Mount {
  readonly mount: string;
  readonly filesystem: string;
  /** What the mounts of one disk have in common. */
  readonly disk: string;
  /** True: the whole filesystem; false: a part of it, mounted a second time (bind mount, subvolume). */
  readonly whole: boolean;
}

/** Spaces and the like are written as three octal digits. */
function unescapePath(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/**
 * What tells one disk from another. Subvolumes of btrfs have device numbers of their own but one source; the datasets
 * of a ZFS pool share the pool's space.
 */
function diskOf(filesystem: string, device: string, source: string): string {
  if (filesystem === 'btrfs' && source.startsWith('/')) return source;
  if (filesystem === 'zfs') return `zfs:${source.split('/', 1)[0]}`;
  return device;
}

/**
 * `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`: id, parent, device, root, mount point, options,
 * any number of tags, a dash, filesystem, source, options of the filesystem.
 */
function parseLine(line: string): (Mount & { readonly onDisk: boolean }) | undefined {
  const words = line.split(' ');
  const dash = words.indexOf('-', 6);
  const [, , device, root, mountPoint] = words;
  const filesystem = words[dash + 1];
  const source = words[dash + 2];
  if (dash < 0 || device === undefined || root === undefined || !mountPoint?.startsWith('/'))
    return undefined;
  if (!filesystem || source === undefined || filesystem.length > MAX_FILESYSTEM) return undefined;
  const mount = unescapePath(mountPoint);
  if (mount.length > MAX_MOUNT) return undefined;
  return {
    mount,
    filesystem,
    disk: diskOf(filesystem, device, source),
    whole: root === '/' || filesystem === 'zfs',
    onDisk: DISK_FILESYSTEM.test(filesystem),
  };
}

function better(one: Mount, other: Mount): boolean {
  if (one.whole !== other.whole) return one.whole;
  return one.mount.length < other.mount.length;
}

/**
 * One mount for each disk: the one that shows the whole of it, else the shortest path. A root that is no disk (overlay
 * in a container, 9p or virtiofs in a virtual machine) is listed too, first: programs live on it.
 */
export function parseMounts(mountinfo: string): Mount[] {
  const disks = new Map<string, Mount>();
  let root: Mount | undefined;
  for (const line of mountinfo.split('\n')) {
    const parsed = parseLine(line);
    if (!parsed) continue;
    const { onDisk, ...mount } = parsed;
    // A later line covers an earlier one at the same place.
    if (mount.mount === '/') root = onDisk ? undefined : mount;
    if (!onDisk) continue;
    const known = disks.get(mount.disk);
    if (!known || better(mount, known)) disks.set(mount.disk, mount);
  }
  const list = [...disks.values()].toSorted((a, b) => (a.mount < b.mount ? -1 : 1));
  return root && root.filesystem !== 'rootfs' ? [root, ...list] : list;
}
