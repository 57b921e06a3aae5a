/**
 * The files of the console, read into a map when the server starts (S-18): a path is a key of the map or it is not
 * there. Packed forms are made once, when first asked for.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

import { INSIDE, singleFile } from '@ops/runtime/single-file.ts';

/** Where `npm run build:web` puts the console. */
const BUILT = join(import.meta.dirname, '../../../web/dist');
const INDEX = 'index.html';
/** Behind the name of a file: the same, packed by brotli. Not a file to ask for. */
const PACKED = '.br';
/** The place in index.html where the nonce of each answer goes. */
export const NONCE_PLACE = '__CSP_NONCE__';
/** The place where the way from the page to the root of the console goes, and how the build writes addresses of files. */
export const ROOT_PLACE = '__ROOT__';
const FILE_PLACE = /(?<=\s(?:src|href)=")\.\//g;
/** Below this a packed form saves nothing. */
const MIN_PACKED_BYTES = 1024;
/** More than the console ever has; a directory named by mistake is not read into memory. */
const MAX_FILES = 1000;
const MAX_FILE_BYTES = 16 * 1024 * 1024;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
const PACKABLE = /^(?:text\/|application\/json|application\/manifest|image\/svg)/;

export type Packing = 'br' | 'gzip';

export interface WebFile {
  readonly contentType: string;
  readonly etag: string;
  /** The name holds a hash of the content: it may be kept for ever. */
  readonly immutable: boolean;
  readonly plain: Buffer;
  /** Undefined where packing saves nothing. */
  packed(how: Packing): Promise<Buffer | undefined>;
}

export interface WebFiles {
  /** Keys are paths as they are asked for: `/assets/index-B1x2.js`. Without index.html. */
  readonly files: ReadonlyMap<string, WebFile>;
  /** There is a page. */
  readonly built: boolean;
  /**
   * The page with this nonce in it; undefined when the console is not built.
   * @param root from the address of the page to the root of the console: `./`, `../`
   */
  page(nonce: string, root: string): string | undefined;
}

/** vite names what it builds `name-<hash>.ext`. */
const HASHED_NAME = /^\/assets\/[^/]+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

const pack: Readonly<Record<Packing, (data: Buffer) => Promise<Buffer>>> = {
  br: (data) =>
    promisify(brotliCompress)(data, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 9,
        [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
      },
    }),
  gzip: (data) => promisify(gzip)(data, { level: 9 }),
};

/** @param br the packed form that the build made, which took its time over it */
function toWebFile(path: string, plain: Buffer, br?: Buffer): WebFile {
  const contentType = CONTENT_TYPES[extname(path)] ?? 'application/octet-stream';
  const packable = PACKABLE.test(contentType) && plain.length >= MIN_PACKED_BYTES;
  const packed = new Map<Packing, Promise<Buffer>>();
  if (br) packed.set('br', Promise.resolve(br));
  return {
    contentType,
    etag: createHash('sha256').update(plain).digest('base64url').slice(0, 22),
    immutable: HASHED_NAME.test(path),
    plain,
    async packed(how) {
      if (!packable) return undefined;
      const made = packed.get(how) ?? pack[how](plain);
      packed.set(how, made);
      return await made;
    },
  };
}

/** Where the console comes from. Names have slashes; without any the console is not built. */
export interface WebSource {
  names(): Promise<readonly string[]>;
  read(name: string): Promise<Buffer>;
}

/** @param directory what `npm run build:web` made; it need not be there */
export function webDirectory(directory: string): WebSource {
  return {
    names: () => filesBelow(directory),
    async read(name) {
      const data = await readFile(join(directory, name));
      if (data.length > MAX_FILE_BYTES)
        throw new Error(`${join(directory, name)} is too large for a console file`);
      return data;
    },
  };
}

/** What the program carries in itself, else what was built beside its sources. */
export function consoleSource(): WebSource {
  const file = singleFile();
  if (!file) return webDirectory(BUILT);
  return {
    names: async () => file.names(INSIDE.web).map((name) => name.slice(INSIDE.web.length)),
    read: async (name) => file.bytes(`${INSIDE.web}${name}`),
  };
}

export async function loadWebFiles(source: WebSource): Promise<WebFiles> {
  const files = new Map<string, WebFile>();
  let index: string | undefined;
  const names = new Set(await source.names());
  for (const name of names) {
    if (name.endsWith(PACKED) && names.has(name.slice(0, -PACKED.length))) continue;
    const data = await source.read(name);
    const br = names.has(`${name}${PACKED}`) ? await source.read(`${name}${PACKED}`) : undefined;
    if (name === INDEX) index = data.toString('utf8');
    else files.set(`/${name}`, toWebFile(`/${name}`, data, br));
  }
  return {
    files,
    built: index !== undefined,
    page: (nonce, root) =>
      index?.replaceAll(NONCE_PLACE, nonce).replaceAll(ROOT_PLACE, root).replaceAll(FILE_PLACE, root),
  };
}

/** Plain files only: no links, nothing whose name begins with a dot. */
async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    },
  );
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((name) => !name.split(sep).some((part) => part.startsWith('.')));
  if (names.length > MAX_FILES) throw new Error(`${directory} holds more than ${MAX_FILES} files`);
  return names.map((name) => name.split(sep).join('/')).toSorted();
}
