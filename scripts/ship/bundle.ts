/** The sources of one program → one script, and the packages of others whose code is in it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { rolldown } from 'rolldown';

import { ROOT } from './what.ts';

export interface Library {
  readonly name: string;
  readonly version: string;
  /** By its name in the list of SPDX. */
  readonly license: string;
  /** The text that must go along. */
  readonly text: string;
}

export interface Bundle {
  readonly code: string;
  readonly libraries: readonly Library[];
}

/** Loaded only on macOS and Windows, where there are no single files. */
const LEFT_OUT = ['systeminformation'];

/** @param format `cjs` for what a worker evaluates. @throws Error for whatever the bundler would only warn of */
export async function bundle(entry: string, format: 'esm' | 'cjs'): Promise<Bundle> {
  const build = await rolldown({
    cwd: ROOT,
    input: join(ROOT, entry),
    platform: 'node',
    external: LEFT_OUT,
    onLog(level, log) {
      if (level === 'warn') throw new Error(`${entry}: ${log.message}`);
    },
  });
  try {
    // One character that Latin-1 does not know would make V8 keep two bytes for each of the script.
    const { output } = await build.generate({
      format,
      codeSplitting: false,
      charset: 'ascii',
      comments: false,
    });
    const [chunk, ...others] = output;
    if (others.length > 0) throw new Error(`${entry} does not become one file`);
    return { code: chunk.code, libraries: librariesOf(chunk.moduleIds) };
  } finally {
    await build.close();
  }
}

function librariesOf(modules: readonly string[]): Library[] {
  const folders = new Set(
    modules.filter((path) => path.includes('/node_modules/')).map((path) => packageFolder(path)),
  );
  return [...folders].map((folder) => readLibrary(folder)).toSorted(byName);
}

export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** Some have further manifests inside, which name no version. */
function packageFolder(path: string): string {
  let folder = dirname(path);
  while (!existsSync(join(folder, 'package.json')) || manifestOf(folder).version === undefined)
    folder = dirname(folder);
  return folder;
}

interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly license?: string;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function readLibrary(folder: string): Library {
  const { name, version, license } = manifestOf(folder);
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  if (version === undefined || license === undefined)
    throw new Error(`${folder} names no version or licence`);
  return { name, version, license, text: file ? readFileSync(join(folder, file), 'utf8').trim() : '' };
}

interface BuiltIn {
  readonly name: string;
  readonly version: string;
  readonly identifier: string;
  readonly text?: string;
}

/** Of the console, as its own build lists them. */
export function consoleLibraries(): Library[] {
  const list = JSON.parse(
    readFileSync(join(ROOT, 'packages/web/dist/.vite/license.json'), 'utf8'),
  ) as readonly BuiltIn[];
  return list
    .map(({ name, version, identifier, text = '' }) => ({
      name,
      version,
      license: identifier,
      text: text.trim(),
    }))
    .toSorted(byName);
}
