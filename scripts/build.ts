/**
 * `npm run build`: everything that is handed out, in `dist/`. The same commit gives the same bytes.
 *
 *   console ─┐
 *   sources ─┼─► one script each ─► with Node: dist/ops-server, ops-client, opsctl ─► archives, packages of Debian
 *   Node ────┘                                    client-release.json, to be signed, bill of materials, SHA256SUMS ◄┘
 *
 * Targets are given as arguments, `npm run build -- linux-x64 linux-arm64`; default: this machine. `--into DIRECTORY`
 * puts it elsewhere; what is in the directory before is deleted. `--libraries DIRECTORY` has the libatomic.so.1 of a
 * target of another kind than this machine.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

import { RELEASE_MANIFEST } from '@ops/protocol/domain/client-release.ts';
import { INSIDE } from '@ops/runtime/single-file.ts';

import { buildConsole } from './console-build.ts';
import { tar } from './ship/archive.ts';
import { bundle, byName, consoleLibraries } from './ship/bundle.ts';
import type { Library } from './ship/bundle.ts';
import { completions } from './ship/completions.ts';
import { deb } from './ship/deb.ts';
import { executable, writeProgram } from './ship/executable.ts';
import { LIBATOMIC, libatomicFor, nodeFor } from './ship/node-base.ts';
import { releaseManifest } from './ship/release-manifest.ts';
import type { ClientArchive } from './ship/release-manifest.ts';
import { billOfMaterials } from './ship/sbom.ts';
import type { Parts, Shipped } from './ship/sbom.ts';
import { thirdPartyNotices } from './ship/third-party.ts';
import { HERE, PRODUCTS, readSource, ROOT, TARGETS } from './ship/what.ts';
import type { Product, Source, Target } from './ship/what.ts';

const WEB = join(ROOT, 'packages/web/dist');

interface Script {
  readonly product: Product;
  readonly code: string;
  readonly libraries: readonly Library[];
  readonly inside: ReadonlyMap<string, Buffer>;
}

const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
const read = (path: string): Buffer => readFileSync(join(ROOT, path));

function targetsFrom(names: readonly string[]): Target[] {
  return (names.length === 0 ? [HERE] : names).map((name) => {
    const target = TARGETS.find((one) => one.name === name);
    if (target) return target;
    throw new Error(`no single files for ${name}: choose from ${TARGETS.map((one) => one.name).join(', ')}`);
  });
}

function consoleFiles(): [string, Buffer][] {
  return readdirSync(WEB, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(WEB.length + 1))
    .filter((name) => !name.startsWith('.'))
    .map((name) => [`${INSIDE.web}${name}`, readFileSync(join(WEB, name))]);
}

async function scriptOf(product: Product, { commit, seconds }: Source): Promise<Script> {
  const { code, libraries } = await bundle(`packages/${product.folder}/src/main.ts`, 'esm');
  const inside = new Map<string, Buffer>([
    [INSIDE.commit, Buffer.from(commit)],
    [INSIDE.releasedAt, Buffer.from(String(seconds * 1000))],
  ]);
  if (product.name !== 'ops-server') return { product, code, libraries, inside };

  const writer = await bundle('packages/server/src/storage/writer/writer-worker.ts', 'cjs');
  inside.set(INSIDE.writer, Buffer.from(writer.code));
  inside.set(INSIDE.installer, readFileSync(join(ROOT, 'deploy/install.sh')));
  for (const [name, data] of consoleFiles()) inside.set(name, data);
  const all = [...libraries, ...writer.libraries, ...consoleLibraries()];
  const once = new Map(all.map((library) => [`${library.name}@${library.version}`, library]));
  return { product, code, libraries: [...once.values()].toSorted(byName), inside };
}

/** What is handed out goes to one place, and its size is told. */
function shelf(directory: string): (name: string, data: Buffer, write?: typeof writeProgram) => void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  return (name, data, write = writeFileSync) => {
    write(join(directory, name), data);
    console.log(`${(data.length / 1e6).toFixed(1).padStart(7)} MB  ${name}`);
  };
}

async function buildTarget(
  target: Target,
  scripts: readonly Script[],
  needs: {
    readonly source: Source;
    readonly work: string;
    readonly hand: ReturnType<typeof shelf>;
    readonly libraries: string | undefined;
  },
): Promise<{ shipped: Shipped[]; client: ClientArchive[]; libatomic: Buffer; nodeVersion: string }> {
  const { source, work, hand } = needs;
  const node = await nodeFor(target, work);
  const libatomic = libatomicFor(target, needs.libraries);
  writeProgram(join(work, 'node'), node.program);
  const shipped: Shipped[] = [];
  const client: ClientArchive[] = [];
  for (const { product, code, libraries, inside } of scripts) {
    const program = await executable({ product, target, code, inside, node: 'node', work });
    shipped.push({ product, target, libraries, sha256: sha256(program) });
    if (target.name === HERE) {
      hand(product.name, program, writeProgram);
    }
    const notices = Buffer.from(thirdPartyNotices(libraries, node));
    const folder = `${product.name}-${source.version}-${target.name}`;
    const files = [
      { path: `bin/${product.name}`, mode: 0o755, data: program },
      { path: `lib/${LIBATOMIC}`, mode: 0o644, data: libatomic },
      { path: 'LICENSE', mode: 0o644, data: read('LICENSE') },
      { path: 'THIRD-PARTY.txt', mode: 0o644, data: notices },
      ...product.examples.map((path) => ({
        path: `examples/${basename(path)}`,
        mode: path.endsWith('.sh') ? 0o755 : 0o644,
        data: read(path),
      })),
    ];
    const archive = tar(
      files.map((file) => ({ ...file, path: `${folder}/${file.path}` })),
      source.seconds,
    );
    const packed = gzipSync(archive, { level: 6 });
    hand(`${folder}.tar.gz`, packed);
    if (product.name === 'ops-client') client.push({ target, name: `${folder}.tar.gz`, data: packed });
    const extra = product.name === 'opsctl' ? await completions() : [];
    const { name, data } = deb({ product, target, source, program, notices, files: extra });
    hand(name, data);
  }
  return { shipped, client, libatomic, nodeVersion: node.version };
}

function checksums(directory: string): Buffer {
  const lines = readdirSync(directory)
    .filter((name) => name !== 'SHA256SUMS')
    .toSorted()
    .map((name) => `${sha256(readFileSync(join(directory, name)))}  ${name}\n`);
  return Buffer.from(lines.join(''));
}

interface Options {
  readonly into: string;
  readonly libraries?: string | undefined;
}

async function build(names: readonly string[], { into, libraries }: Options): Promise<void> {
  const targets = targetsFrom(names);
  const source = await readSource();
  console.log(`OPS ${source.version} (${source.commit}) for ${targets.map(({ name }) => name).join(', ')}`);
  await buildConsole();
  const scripts: Script[] = [];
  for (const product of PRODUCTS) scripts.push(await scriptOf(product, source));

  const hand = shelf(into);
  const work = mkdtempSync(join(tmpdir(), 'ops-build-'));
  try {
    const shipped: Shipped[] = [];
    const clients: ClientArchive[] = [];
    const libatomic: Parts['libatomic'][number][] = [];
    let nodeVersion = '';
    for (const target of targets) {
      const built = await buildTarget(target, scripts, { source, work, hand, libraries });
      shipped.push(...built.shipped);
      clients.push(...built.client);
      libatomic.push({ target, sha256: sha256(built.libatomic) });
      ({ nodeVersion } = built);
    }
    if (process.version !== `v${nodeVersion}`)
      throw new Error(
        `this runs on ${process.version}, and the programs on ${nodeVersion}: use npm run build`,
      );
    const parts = { nodeVersion, nodeParts: process.versions, libatomic };
    hand(`ops-${source.version}.cdx.json`, Buffer.from(billOfMaterials(source, shipped, parts)));
    hand(RELEASE_MANIFEST, Buffer.from(releaseManifest(source, clients)));
    hand('SHA256SUMS', checksums(into));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

try {
  const { values, positionals } = parseArgs({
    options: { into: { type: 'string', default: join(ROOT, 'dist') }, libraries: { type: 'string' } },
    allowPositionals: true,
  });
  await build(positionals, values);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
