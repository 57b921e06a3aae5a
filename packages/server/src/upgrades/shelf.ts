/**
 * The release that lies in the directory of downloads: manifest, signature, archives, as `npm run build` and
 * `opsctl release sign` leave them. Looked at each time somebody asks; the sums of archives are worked out once for each
 * file. What is wrong is found here, before a thousand hosts find it.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import {
  clientRelease,
  MAX_MANIFEST,
  RELEASE_MANIFEST,
  RELEASE_SIGNATURE,
  releaseSignature,
  SIGNED_PREFIX,
} from '@ops/protocol/domain/client-release.ts';
import type { ClientRelease, ReleaseSignature } from '@ops/protocol/domain/client-release.ts';
import type { Words } from '@ops/protocol/http/endpoint.ts';
import type { RELEASE_PROBLEMS } from '@ops/protocol/http/upgrades.ts';
import { decode } from '@ops/protocol/schema.ts';
import { isSignedBy } from '@ops/runtime/ed25519.ts';

const MAX_SIGNATURE_FILE = 4096;
const CHUNK = 256 * 1024;

export interface ReleaseOnShelf {
  /** As it was signed. */
  readonly manifest: string;
  readonly signature: ReleaseSignature;
  readonly about: ClientRelease;
}

type ProblemCode = (typeof RELEASE_PROBLEMS)[number];

export interface Look {
  /** Undefined: there is none that could be read. */
  readonly release: ReleaseOnShelf | undefined;
  /** Undefined: it may be handed out. */
  readonly problem: { readonly code: ProblemCode; readonly words: Words } | undefined;
}

export interface Shelf {
  look(): Promise<Look>;
  /** An archive for reading, if it has this length. The caller closes it. @throws Error when it cannot be read */
  open(file: { readonly name: string; readonly size: number }): Promise<FileHandle | undefined>;
}

type Archive = ClientRelease['files'][number];

export function createShelf(directory: string): Shelf {
  /** Sums by name, of the file with that print. */
  const sums = new Map<string, { readonly print: string; readonly sum: Promise<string> }>();
  let looking: Promise<Look> | undefined;

  async function openFile(name: string): Promise<FileHandle | undefined> {
    try {
      // Neither a link nor a pipe is followed or waited for.
      return await open(
        join(directory, name),
        constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
      );
    } catch (cause) {
      if (isMissing(cause)) return undefined;
      throw cause;
    }
  }

  async function text(name: string, max: number): Promise<string | undefined> {
    await using handle = await openFile(name);
    if (!handle) return undefined;
    const stat = await handle.stat();
    if (!stat.isFile() || stat.size > max) throw new Error(`${name} is not a file of at most ${max} bytes`);
    return handle.readFile('utf8');
  }

  async function archiveProblem({ name, size, sha256 }: Archive): Promise<Look['problem']> {
    await using handle = await openFile(name);
    if (!handle) return problem('archive_missing', name);
    const stat = await handle.stat();
    if (!stat.isFile() || stat.size !== size) return problem('archive_differs', name);
    const print = `${stat.dev} ${stat.ino} ${stat.mtimeMs} ${stat.ctimeMs}`;
    const known = sums.get(name);
    const sum = known?.print === print ? known.sum : sumOf(handle);
    sums.set(name, { print, sum });
    try {
      return (await sum) === sha256 ? undefined : problem('archive_differs', name);
    } catch (cause) {
      sums.delete(name);
      throw cause;
    }
  }

  async function read(): Promise<Look> {
    const nothing = { release: undefined };
    const manifest = await text(RELEASE_MANIFEST, MAX_MANIFEST);
    if (manifest === undefined) return { ...nothing, problem: problem('no_release') };
    const about = parsed(clientRelease, manifest);
    if (!about) return { ...nothing, problem: problem('bad_manifest') };
    const signed = await text(RELEASE_SIGNATURE, MAX_SIGNATURE_FILE);
    if (signed === undefined) return { ...nothing, problem: problem('not_signed') };
    const signature = parsed(releaseSignature, signed);
    if (!signature || !isSignedBy(signature.key, SIGNED_PREFIX + manifest, signature.signature))
      return { ...nothing, problem: problem('bad_signature') };
    const release = { manifest, signature, about };
    for (const file of about.files) {
      const found = await archiveProblem(file);
      if (found) return { release, problem: found };
    }
    return { release, problem: undefined };
  }

  async function lookOnce(): Promise<Look> {
    try {
      return await read();
    } catch (cause) {
      return { release: undefined, problem: problem('unreadable', reasonOf(cause)) };
    } finally {
      looking = undefined;
    }
  }

  return {
    look: () => (looking ??= lookOnce()),
    async open({ name, size }) {
      const handle = await openFile(name);
      const stat = await handle?.stat();
      if (stat?.isFile() && stat.size === size) return handle;
      await handle?.close();
      return undefined;
    },
  };
}

async function sumOf(handle: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (let at = 0; ;) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK, at);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

function parsed<T>(schema: Parameters<typeof decode<T>>[0], text: string): T | undefined {
  try {
    return decode(schema, JSON.parse(text));
  } catch {
    return undefined;
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  // Of an error of the system only its code: its message holds the path.
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

/** @param what a file, or what the system said */
function problem(code: ProblemCode, what = ''): NonNullable<Look['problem']> {
  return { code, words: PROBLEMS[code](what) };
}

const COPY_AGAIN = {
  zh: '请将发布者机器上的整套文件重新复制到 client_files_dir',
  en: 'copy all files of the release from the machine it was made on into client_files_dir again',
};

const PROBLEMS: Readonly<Record<ProblemCode, (what: string) => Words>> = {
  no_release: () => ({
    zh: `服务端还没有发布包：在构建机上运行 npm run build 与 opsctl release sign，再把 dist/ 中的客户端压缩包、${RELEASE_MANIFEST} 与 ${RELEASE_SIGNATURE} 复制到 client_files_dir`,
    en: `There is no release on this server: run npm run build and opsctl release sign where releases are made, then copy the archives of ops-client, ${RELEASE_MANIFEST} and ${RELEASE_SIGNATURE} from dist/ into client_files_dir`,
  }),
  bad_manifest: () => ({
    zh: `${RELEASE_MANIFEST} 不是有效的发布清单：${COPY_AGAIN.zh}`,
    en: `${RELEASE_MANIFEST} is not the manifest of a release: ${COPY_AGAIN.en}`,
  }),
  not_signed: () => ({
    zh: `发布包没有签名（缺少 ${RELEASE_SIGNATURE}）：在保管私钥的机器上运行 opsctl release sign，再复制过来`,
    en: `The release is not signed (${RELEASE_SIGNATURE} is missing): run opsctl release sign where the key is kept, and copy it here`,
  }),
  bad_signature: () => ({
    zh: `签名与 ${RELEASE_MANIFEST} 不符：重新运行 opsctl release sign，并把两个文件一起复制过来`,
    en: `The signature does not fit ${RELEASE_MANIFEST}: run opsctl release sign again, and copy both files here`,
  }),
  archive_missing: (name) => ({
    zh: `缺少 ${name}：${COPY_AGAIN.zh}`,
    en: `${name} is missing: ${COPY_AGAIN.en}`,
  }),
  archive_differs: (name) => ({
    zh: `${name} 与清单中的大小或校验和不符：${COPY_AGAIN.zh}`,
    en: `${name} has another size or sum than the manifest says: ${COPY_AGAIN.en}`,
  }),
  unreadable: (why) => ({
    zh: `无法读取发布包（${why}）：请检查 client_files_dir 中文件的权限`,
    en: `The release cannot be read (${why}): look at the permissions of the files in client_files_dir`,
  }),
};
