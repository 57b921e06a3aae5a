import { describe, expect, test } from 'vitest';

import { createDeviceChoice, LOOK_AGAIN_EVERY_MS } from './device-choice.ts';
import { parseDiskstats, wholeDisks } from './disk-io.ts';
import { createNetworkSource, parseNetwork, realInterfaces } from './network.ts';

describe('network interfaces', () => {
  test('are those with a device where there is one', () => {
    const names = ['lo', 'eth0', 'docker0', 'br0', 'bond0', 'wg0', 'veth12'];
    expect([...realInterfaces(names, (name) => name === 'eth0')]).toEqual(['eth0']);
  });

  test('are those not known to be virtual where nothing has a device, as in a container', () => {
    const names = ['lo', 'eth0', 'tunl0', 'sit0', 'net1', 'docker0', 'br-1f2e', 'veth9', 'ifb0', 'venet0'];
    expect([...realInterfaces(names, () => false)]).toEqual(['eth0', 'net1', 'venet0']);
  });

  test('are read with and without a space after the colon', () => {
    const columns = ' 2 0 0 0 0 0 0 99 3 0 0 0 0 0 0';
    expect(parseNetwork(`heading\n  eth0:10${columns}\n  eth1: 20${columns}\n`)).toEqual([
      { name: 'eth0', received: 10, sent: 99 },
      { name: 'eth1', received: 20, sent: 99 },
    ]);
  });

  test.each([
    '',
    'eth0',
    'eth0: 1 2 3',
    'eth0: a b c d e f g h i',
    ': 1 2 3 4 5 6 7 8 9',
    `${'x'.repeat(65)}: 1 2 3 4 5 6 7 8 9`,
  ])('malformed line %j is passed over', (line) => {
    expect(parseNetwork(line)).toEqual([]);
  });

  test('show rates from the second reading on, and not at all while a counter restarts', () => {
    const counters = [
      [1_000, 500],
      [4_000, 500],
      [10, 900],
      [40, 1_200],
    ];
    const texts = counters.map(([rx, tx]) => `eth0: ${rx} 0 0 0 0 0 0 0 ${tx} 0 0 0 0 0 0 0\n`);
    const source = createNetworkSource(() => texts.shift(), '', '/nowhere');
    expect(source.read(0)).toEqual({});
    expect(source.read(3_000)).toEqual({
      network: [{ interface: 'eth0', rx_bytes_per_sec: 1_000, tx_bytes_per_sec: 0 }],
    });
    expect(source.read(6_000)).toEqual({});
    expect(source.read(9_000)).toEqual({
      network: [{ interface: 'eth0', rx_bytes_per_sec: 10, tx_bytes_per_sec: 100 }],
    });
  });
});

describe('disks', () => {
  test('are whole devices, counted once', () => {
    const names = ['nvme0n1', 'nvme0n1p1', 'dm-0', 'md0', 'loop0', 'sr0', 'zram0', 'mmcblk0', 'mmcblk0boot0'];
    const hardware = new Set(['nvme0n1', 'sr0', 'mmcblk0', 'mmcblk0boot0']);
    expect([...wholeDisks(names, (name) => hardware.has(name))]).toEqual(['nvme0n1', 'mmcblk0']);
  });

  test('go by their names where /sys does not tell', () => {
    const names = [
      'sda',
      'sda1',
      'sdaa',
      'vdb',
      'xvda',
      'xvda1',
      'nvme1n1',
      'nvme1n1p3',
      'mmcblk1',
      'mmcblk1p1',
      'dm-3',
      'sr0',
    ];
    expect([...wholeDisks(names, () => false)]).toEqual(['sda', 'sdaa', 'vdb', 'xvda', 'nvme1n1', 'mmcblk1']);
  });

  test('are counted in sectors of 512 bytes', () => {
    expect(parseDiskstats(' 8 0 sda 1 2 10 4 5 6 20 8 9 10 11\n')).toEqual([
      { name: 'sda', read: 5_120, written: 10_240 },
    ]);
  });

  test.each([
    '',
    '8 0 sda',
    '8 1 sda1 120 2331 4 8',
    ' 8 0 sda a b c d e f g h i j k',
    `8 0 ${'x'.repeat(65)} 1 2 10 4 5 6 20 8 9 10 11`,
  ])('malformed line %j is passed over', (line) => {
    expect(parseDiskstats(line)).toEqual([]);
  });
});

test('which devices count is looked up when the list changes, and once a minute', () => {
  let looked = 0;
  const choose = createDeviceChoice((names) => {
    looked++;
    return new Set(names);
  });
  choose(['a'], 0);
  choose(['a'], LOOK_AGAIN_EVERY_MS - 1);
  expect(looked).toBe(1);
  expect(choose(['a', 'b'], LOOK_AGAIN_EVERY_MS - 1)).toEqual(new Set(['a', 'b']));
  expect(looked).toBe(2);
  choose(['a', 'b'], 2 * LOOK_AGAIN_EVERY_MS);
  expect(looked).toBe(3);
});
