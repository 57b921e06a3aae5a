/** Facts of a Linux host: its name, distribution, kernel, processor and addresses. */
import { hostname, machine, networkInterfaces, release } from 'node:os';

import type { HostFacts } from '@ops/protocol/domain/client.ts';

import { listAddresses } from './addresses.ts';
import { parseCpuModel } from './cpu-model.ts';
import { parseCpu } from './cpu.ts';
import type { KernelFiles } from './kernel-files.ts';

/** A list of `NAME=value`, the value perhaps in quotes as a shell would read it. */
export function parseOsRelease(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z][A-Z0-9_]{0,63})=(.*)$/.exec(line.trim());
    if (!match) continue;
    const [, name, raw] = match;
    const quoted = /^(["'])(.*)\1$/.exec(raw!);
    const value = quoted ? quoted[2]!.replace(/\\(["'`$\\])/g, '$1') : raw!;
    if (value !== '') found.set(name!, value);
  }
  return found;
}

export interface HostPaths {
  readonly cpuinfo: string;
  readonly stat: string;
  /** Looked through in this order. */
  readonly osRelease: readonly string[];
}

/** The processor is looked at once; everything else each time it is asked. */
export function createHostFacts(files: KernelFiles, paths: HostPaths): () => HostFacts {
  const cpuModel = parseCpuModel(files.readOnce(paths.cpuinfo) ?? '');
  return () => {
    const os = parseOsRelease(paths.osRelease.map(files.readOnce).find((text) => text !== undefined) ?? '');
    const name = os.get('NAME');
    const version = os.get('VERSION') ?? os.get('VERSION_ID');
    const cores = parseCpu(files.read(paths.stat) ?? '').cores.size;
    return {
      hostname: hostname(),
      ...(name && { os: name.slice(0, 128) }),
      ...(version && { os_version: version.slice(0, 128) }),
      kernel: release().slice(0, 128),
      arch: machine().slice(0, 32),
      ...(cpuModel && { cpu_model: cpuModel }),
      ...(cores > 0 && { cpu_cores: cores }),
      ip_addresses: listAddresses(networkInterfaces()),
    };
  };
}
