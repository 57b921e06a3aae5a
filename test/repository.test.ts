import { statSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { read, ROOT } from './source-files.ts';

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly resolved?: string;
        readonly integrity?: string;
        readonly link?: boolean;
        readonly version?: string;
      }
    >
  >;
}

describe('the repository', () => {
  it('pins every dependency to one exact version', () => {
    const manifests = [
      'package.json',
      ...['protocol', 'runtime', 'server', 'client', 'web', 'testkit'].map(
        (p) => `packages/${p}/package.json`,
      ),
    ];
    const loose = manifests.flatMap((path) => {
      const manifest = JSON.parse(read(path)) as Record<string, Record<string, string> | undefined>;
      return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
        Object.entries(manifest[kind] ?? {})
          .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
          .map(([name, version]) => `${path}: ${name} ${version}`),
      );
    });
    expect(loose).toEqual([]);
  });

  it('has a lock whose entries are all checked by hash and name no address', () => {
    const lock = JSON.parse(read('package-lock.json')) as Lock;
    const entries = Object.entries(lock.packages).filter(
      ([path, entry]) => path.startsWith('node_modules/') && !entry.link,
    );
    expect(entries.length).toBeGreaterThan(100);
    expect(entries.filter(([, entry]) => !entry.integrity).map(([path]) => path)).toEqual([]);
    expect(
      entries.filter(([, entry]) => /^https?:/.test(entry.resolved ?? '')).map(([path]) => path),
    ).toEqual([]);
  });

  it('has launchers that can be executed', () => {
    const launchers = [
      'bin/ops-server',
      'bin/ops-client',
      'bin/opsctl',
      'deploy/scripts/app-template.sh',
      '.ci/run',
    ];
    expect(launchers.filter((name) => (statSync(join(ROOT, name)).mode & 0o111) === 0)).toEqual([]);
  });

  it('explains every dependency in docs/decisions', () => {
    const text = read('docs/decisions/0001-dependencies.md');
    const names = [
      'package.json',
      ...['runtime', 'server', 'client', 'web'].map((p) => `packages/${p}/package.json`),
    ].flatMap((path) => {
      const manifest = JSON.parse(read(path)) as Record<string, Record<string, string> | undefined>;
      return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
        Object.keys(manifest[kind] ?? {}),
      );
    });
    expect(names.filter((name) => !name.startsWith('@ops/') && !text.includes(`\`${name}\``))).toEqual([]);
  });
});
