/**
 * A program → a package of Debian, written without its tools, so that it is the same wherever it is built.
 *
 *   .deb = ar ( debian-binary, control.tar.gz: control, conffiles, md5sums, scripts; data.tar.zst: the files )
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';

import { ar, tar } from './archive.ts';
import type { Entry } from './archive.ts';
import { ROOT } from './what.ts';
import type { Product, Source, Target } from './what.ts';

/** Half the time of the default of dpkg for nearly its size. dpkg knows zstd since Debian 12 and Ubuntu 18.04. */
const ZSTD_LEVEL = 10;
/** What Node needs of the system; libatomic1 is where `lib/` of the archives is not. */
const NODE_DEPENDS = 'libc6 (>= 2.28), libstdc++6 (>= 8), libgcc-s1 | libgcc1, libatomic1';
const SCRIPTS = ['postinst', 'prerm', 'postrm'];

interface Extras {
  readonly section: string;
  readonly depends: string;
  readonly recommends?: string;
  /** From the repository. Conffiles: what an administrator changes in them outlasts upgrades. */
  readonly conffiles: readonly string[];
  readonly unit?: string;
}

const EXTRAS: Readonly<Record<Product['name'], Extras>> = {
  'ops-server': {
    section: 'admin',
    depends: 'adduser, init-system-helpers',
    recommends: 'systemd',
    conffiles: ['deploy/debian/ops-server/server.toml'],
    unit: 'deploy/systemd/ops-server.service',
  },
  'ops-client': {
    section: 'admin',
    depends: 'adduser, init-system-helpers',
    recommends: 'systemd, procps, iproute2',
    conffiles: ['deploy/debian/ops-client/client.toml'],
    unit: 'deploy/systemd/ops-client.service',
  },
  opsctl: { section: 'utils', depends: '', conffiles: [] },
};

const read = (path: string): Buffer => readFileSync(join(ROOT, path));
const text = (path: string, lines: readonly string[]): Entry => ({
  path,
  mode: 0o644,
  data: Buffer.from(`${lines.join('\n')}\n`),
});

/** Names as the tools of Debian write them. */
const inRoot = (entries: readonly Entry[]): Entry[] =>
  entries.map((entry) => ({ ...entry, path: `./${entry.path}` }));

export interface DebNeeds {
  readonly product: Product;
  readonly target: Target;
  readonly source: Source;
  readonly program: Buffer;
  readonly notices: Buffer;
  /** Further files, by their place on the host. */
  readonly files: readonly Entry[];
}

export interface Deb {
  readonly name: string;
  readonly data: Buffer;
}

export function deb(needs: DebNeeds): Deb {
  const { product, target, source } = needs;
  const extras = EXTRAS[product.name];
  const files = filesOf(needs, extras);
  const conffiles = extras.conffiles.map((path) => `etc/ops/${basename(path)}`);
  const scripts = SCRIPTS.map((name) => [name, join(ROOT, 'deploy/debian', product.name, name)] as const)
    .filter(([, path]) => existsSync(path))
    .map(([name, path]) => ({ path: name, mode: 0o755, data: readFileSync(path) }));
  const sums = files
    .filter(({ path }) => !conffiles.includes(path))
    .map(({ path, data }) => `${createHash('md5').update(data).digest('hex')}  ${path}`);
  const control = [
    text('control', controlOf(needs, extras, files)),
    text('md5sums', sums),
    ...(conffiles.length > 0
      ? [
          text(
            'conffiles',
            conffiles.map((path) => `/${path}`),
          ),
        ]
      : []),
    ...scripts,
  ];
  const { seconds } = source;
  const data = zstdCompressSync(tar(inRoot(files), seconds), {
    params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL, [constants.ZSTD_c_checksumFlag]: 1 },
  });
  return {
    name: `${product.name}_${source.version}_${target.debian}.deb`,
    data: ar(
      [
        ['debian-binary', Buffer.from('2.0\n')],
        ['control.tar.gz', gzipSync(tar(inRoot(control), seconds), { level: 9 })],
        ['data.tar.zst', data],
      ],
      seconds,
    ),
  };
}

function filesOf({ product, program, notices, files }: DebNeeds, { conffiles, unit }: Extras): Entry[] {
  const doc = `usr/share/doc/${product.name}`;
  const readme = `deploy/debian/${product.name}/README.Debian`;
  return [
    { path: `usr/bin/${product.name}`, mode: 0o755, data: program },
    { path: `${doc}/copyright`, mode: 0o644, data: read('LICENSE') },
    ...(existsSync(join(ROOT, readme))
      ? [{ path: `${doc}/README.Debian`, mode: 0o644, data: read(readme) }]
      : []),
    // So large that it is packed, as documentation is there.
    { path: `${doc}/THIRD-PARTY.txt.gz`, mode: 0o644, data: gzipSync(notices, { level: 9 }) },
    ...product.examples
      .filter((path) => path !== unit)
      .map((path) => ({
        path: `${doc}/examples/${basename(path)}`,
        mode: path.endsWith('.sh') ? 0o755 : 0o644,
        data: read(path),
      })),
    ...conffiles.map((path) => ({ path: `etc/ops/${basename(path)}`, mode: 0o640, data: read(path) })),
    ...(unit ? [{ path: `usr/lib/systemd/system/${basename(unit)}`, mode: 0o644, data: read(unit) }] : []),
    ...files,
  ];
}

function controlOf(needs: DebNeeds, extras: Extras, files: readonly Entry[]): string[] {
  const { product, target, source } = needs;
  const kib = files.reduce((total, { data }) => total + Math.ceil(data.length / 1024), 0);
  return [
    `Package: ${product.name}`,
    `Version: ${source.version}`,
    `Architecture: ${target.debian}`,
    'Maintainer: OPS <ops@localhost>',
    `Installed-Size: ${kib}`,
    `Depends: ${[NODE_DEPENDS, extras.depends].filter((one) => one !== '').join(', ')}`,
    ...(extras.recommends ? [`Recommends: ${extras.recommends}`] : []),
    `Section: ${extras.section}`,
    'Priority: optional',
    `Description: ${product.summary}`,
    ` One program with everything in it, built from commit ${source.commit}.`,
  ];
}
