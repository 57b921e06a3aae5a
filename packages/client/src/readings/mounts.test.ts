import { expect, test } from 'vitest';

import { measure } from './disk.ts';
import { parseMounts } from './mounts.ts';

function shown(...lines: string[]): string[] {
  return parseMounts(lines.join('\n')).map(({ mount, filesystem }) => `${mount} ${filesystem}`);
}

test('a disk mounted several times is listed once, where the whole of it is seen', () => {
  expect(
    shown(
      '30 29 8:1 /srv/www /w rw - ext4 /dev/sda1 rw',
      '31 29 8:1 / /mnt/data rw shared:4 - ext4 /dev/sda1 rw',
      '32 29 8:1 / /mnt/data2 rw shared:4 - ext4 /dev/sda1 rw',
    ),
  ).toEqual(['/mnt/data ext4']);
});

test('subvolumes of btrfs and datasets of a pool are one disk each', () => {
  expect(
    shown(
      '30 1 0:25 /@ / rw shared:1 - btrfs /dev/nvme0n1p2 rw,subvol=/@',
      '31 30 0:26 /@home /home rw shared:2 - btrfs /dev/nvme0n1p2 rw,subvol=/@home',
      '32 30 0:40 / /tank rw - zfs tank rw,xattr',
      '33 30 0:41 / /tank/media rw - zfs tank/media rw,xattr',
    ),
  ).toEqual(['/ btrfs', '/tank zfs']);
});

test('memory, network, images and overlays below the root are no disks', () => {
  expect(
    shown(
      '24 1 0:5 / /dev rw - devtmpfs udev rw',
      '25 1 0:22 / /run rw - tmpfs tmpfs rw',
      '26 1 7:0 / /snap/core/1 ro - squashfs /dev/loop0 ro',
      '27 1 0:51 / /mnt/nas rw - nfs4 nas:/export rw',
      '28 1 0:45 / /var/lib/docker/x/merged rw - overlay overlay rw',
      '29 1 11:0 / /media/cdrom ro - iso9660 /dev/sr0 ro',
    ),
  ).toEqual([]);
});

test('a root that is no disk is listed, first', () => {
  expect(shown('36 35 0:48 / / rw - overlay overlay rw', '37 36 8:16 / /big rw - xfs /dev/sdb rw')).toEqual([
    '/ overlay',
    '/big xfs',
  ]);
});

test('the last mount on the root is the one that is seen', () => {
  expect(shown('1 0 0:1 / / rw - rootfs rootfs rw', '2 1 8:1 / / rw - ext4 /dev/sda1 rw')).toEqual([
    '/ ext4',
  ]);
});

test('spaces and non-ASCII names in a path are read', () => {
  expect(shown('36 35 8:1 / /srv/my\\040files\\134数据 rw - ext4 /dev/sda1 rw')).toEqual([
    '/srv/my files\\数据 ext4',
  ]);
});

test.each([
  '',
  '36 35',
  '36 35 8:1 / /mnt rw ext4 /dev/sda1 rw',
  '36 35 8:1 / /mnt rw -',
  '36 35 8:1 / /mnt rw - ext4',
  '36 35 8:1 / relative rw - ext4 /dev/sda1 rw',
  `36 35 8:1 / /${'x'.repeat(300)} rw - ext4 /dev/sda1 rw`,
])('%j is passed over', (line) => {
  expect(shown(line)).toEqual([]);
});

test('bind mounts of the disk below a container are not shown beside it, other disks are', () => {
  const spaces = new Map([
    ['/', { total: 100, used: 40 }],
    ['/data', { total: 100, used: 40 }],
    ['/big', { total: 900, used: 40 }],
  ]);
  const mounts = parseMounts(
    [
      '617 530 0:48 / / rw - overlay overlay rw',
      '622 617 202:1 /hosts /etc/hosts rw - ext4 /dev/xvda1 rw',
      '624 617 202:1 /v/_data /data rw - ext4 /dev/xvda1 rw',
      '625 617 202:80 /share /big rw - xfs /dev/xvdf rw',
    ].join('\n'),
  );
  const found = measure(mounts, (directory) => spaces.get(directory));
  expect(found.map(({ mount }) => mount)).toEqual(['/', '/big']);
});

test('a disk that cannot be asked is left out', () => {
  const mounts = parseMounts('1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:2 / /b rw - ext4 /dev/sda2 rw');
  expect(measure(mounts, (directory) => (directory === '/b' ? undefined : { total: 5, used: 1 }))).toEqual([
    { mount: '/', filesystem: 'ext4', total: 5, used: 1 },
  ]);
});

test('more disks than the protocol carries are cut', () => {
  const lines = Array.from({ length: 200 }, (_, i) => `1 0 8:${i} / /d${i} rw - ext4 /dev/sd${i} rw`);
  expect(measure(parseMounts(lines.join('\n')), () => ({ total: 5, used: 1 }))).toHaveLength(128);
});
