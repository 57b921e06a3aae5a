import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..');

export interface SourceFile {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  /** Every module it imports or re-exports, as written; type-only ones too. */
  readonly imports: readonly { readonly specifier: string; readonly typeOnly: boolean }[];
}

const SKIPPED = new Set(['node_modules', 'dist', 'data', 'logs', '.git', '.cache', 'test-results']);

function walk(directory: string, found: string[]): string[] {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (SKIPPED.has(entry.name)) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) walk(path, found);
    else found.push(path);
  }
  return found;
}

/** Every file of the repository that a person wrote, by path from the root. */
export function files(ending: RegExp, folder = ''): string[] {
  return walk(join(ROOT, folder), [])
    .map((path) => relative(ROOT, path).replaceAll('\\', '/'))
    .filter((path) => ending.test(path))
    .toSorted();
}

const IMPORT = /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/g;
const DYNAMIC_IMPORT = /\bimport\(\s*'([^']+)'\s*\)/g;

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Comments blanked out, so that a rule may be named in one. Strings stay: a path is what the rules look for. */
export function withoutComments(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|(^|[^:'"`])\/\/[^\n]*/g,
    (comment, before: string | undefined) =>
      (before ?? '') + comment.slice((before ?? '').length).replace(/[^\n]/g, ' '),
  );
}

export function sources(folder = ''): SourceFile[] {
  return files(/\.tsx?$/, folder).map((path) => {
    const text = read(path);
    const code = withoutComments(text);
    return {
      path,
      text: code,
      imports: [
        ...[...code.matchAll(IMPORT)].map((m) => ({ specifier: m[2]!, typeOnly: m[1] !== undefined })),
        ...[...code.matchAll(DYNAMIC_IMPORT)].map((m) => ({ specifier: m[1]!, typeOnly: false })),
      ],
    };
  });
}

/** Where an import leads, from the root of the repository; undefined for a package that is not ours. */
export function target(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('@ops/')) {
    const [, name, ...rest] = specifier.split('/');
    return `packages/${name}/src/${rest.join('/')}`;
  }
  if (!specifier.startsWith('.')) return undefined;
  return relative(ROOT, resolve(ROOT, dirname(from), specifier)).replaceAll('\\', '/');
}

export const isTest = (path: string): boolean =>
  /\.(test|e2e)\.tsx?$/.test(path) ||
  path.startsWith('test/') ||
  path.startsWith('e2e/') ||
  path.startsWith('proof/') ||
  /\/(test-[^/]+|[^/]+\.test-support)\.ts$/.test(path);
