/** The bill of materials (CycloneDX 1.6): what is really in the programs, not what an installation of them would be. */
import { createHash } from 'node:crypto';

import { byName } from './bundle.ts';
import type { Library } from './bundle.ts';
import { locked } from './node-base.ts';
import type { Product, Source, Target } from './what.ts';

export interface Shipped {
  readonly product: Product;
  readonly target: Target;
  readonly libraries: readonly Library[];
  readonly sha256: string;
}

export interface Parts {
  readonly nodeVersion: string;
  /** Of what Node brings along: OpenSSL, SQLite, V8 … As `process.versions`. */
  readonly nodeParts: Readonly<Record<string, string | undefined>>;
  readonly libatomic: readonly { readonly target: Target; readonly sha256: string }[];
}

const libatomicRef = (target: Target): string => `libatomic?target=${target.name}`;

/** These are no components but numbers of interfaces, or Node itself. */
const NO_PARTS = new Set(['node', 'modules', 'napi', 'unicode', 'cldr', 'tz']);

const purl = (name: string, version: string): string =>
  `pkg:npm/${name.replace(/^@/, '%40')}@${encodeURIComponent(version)}`;

/** An SPDX expression (`MIT OR CC0-1.0`) is given in another way than a single name. */
function licenses(license: string): object[] {
  return /[ ()]/.test(license) ? [{ expression: license }] : [{ license: { id: license } }];
}

function libraryComponent({ name, version, license }: Library): object {
  const { integrity } = locked(name, version);
  return {
    type: 'library',
    'bom-ref': purl(name, version),
    name,
    version,
    purl: purl(name, version),
    licenses: licenses(license),
    externalReferences: [
      {
        type: 'distribution',
        url: `npm:${name}@${version}`,
        hashes: [
          {
            alg: 'SHA-512',
            content: Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex'),
          },
        ],
      },
    ],
  };
}

export function billOfMaterials(source: Source, shipped: readonly Shipped[], parts: Parts): string {
  const { version, commit, seconds } = source;
  const node = `pkg:generic/node@${parts.nodeVersion}`;
  const libraries = [
    ...new Map(
      shipped
        .flatMap((one) => one.libraries)
        .map((library) => [purl(library.name, library.version), library]),
    ).values(),
  ].toSorted(byName);
  const refOf = ({ product, target }: Shipped): string => `${product.name}@${version}?target=${target.name}`;
  const nodeParts = Object.entries(parts.nodeParts)
    .filter(([name, its]) => its && !NO_PARTS.has(name))
    .map(([name, its]) => ({
      type: 'library',
      'bom-ref': `${node}#${name}`,
      name,
      version: its,
      purl: `pkg:generic/${name}@${encodeURIComponent(its!)}`,
    }))
    .toSorted(byName);

  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(`${version} ${commit} ${shipped.map(refOf).join(' ')}`)}`,
    version: 1,
    metadata: {
      timestamp: new Date(seconds * 1000).toISOString(),
      component: {
        type: 'application',
        'bom-ref': `ops@${version}`,
        name: 'ops',
        version,
        licenses: licenses('Apache-2.0'),
        properties: [{ name: 'ops:commit', value: commit }],
      },
    },
    components: [
      ...shipped.map((one) => ({
        type: 'application',
        'bom-ref': refOf(one),
        name: one.product.name,
        version,
        description: one.product.summary,
        licenses: licenses('Apache-2.0'),
        hashes: [{ alg: 'SHA-256', content: one.sha256 }],
        properties: [{ name: 'ops:target', value: one.target.name }],
      })),
      ...libraries.map(libraryComponent),
      {
        type: 'platform',
        'bom-ref': node,
        name: 'node',
        version: parts.nodeVersion,
        purl: node,
        licenses: licenses('MIT'),
        components: nodeParts,
      },
      ...parts.libatomic.map(({ target, sha256 }) => ({
        type: 'library',
        'bom-ref': libatomicRef(target),
        name: 'libatomic',
        description: 'libatomic.so.1 of the GNU Compiler Collection, in lib/ of the archives',
        licenses: licenses('GPL-3.0-or-later WITH GCC-exception-3.1'),
        hashes: [{ alg: 'SHA-256', content: sha256 }],
        properties: [{ name: 'ops:target', value: target.name }],
      })),
    ],
    dependencies: [
      { ref: `ops@${version}`, dependsOn: shipped.map(refOf) },
      ...shipped.map((one) => ({
        ref: refOf(one),
        dependsOn: [
          node,
          libatomicRef(one.target),
          ...one.libraries.map((library) => purl(library.name, library.version)),
        ],
      })),
    ],
  };
  return `${JSON.stringify(bom, undefined, 2)}\n`;
}

/** Always the same one for the same text. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
