/** What a backup holds, as its first file: a backup is whole when each file is there with this size and SHA-256. */
import { decode, s } from '@ops/protocol/schema.ts';
import type { Infer } from '@ops/protocol/schema.ts';

export const MANIFEST = 'manifest.json';
export const MAX_MANIFEST_BYTES = 64 * 1024;
export const FORMAT = 'ops-backup 1';
const MAX_FILES = 64;
/** `data/ops.db`, `configuration/tls_key`: nothing that leads elsewhere. */
const NAME = /^(?:data|configuration)\/[A-Za-z0-9_][A-Za-z0-9_.-]{0,80}$/;
const SHA256 = /^[0-9a-f]{64}$/;

const manifest = s.object({
  format: s.oneOf([FORMAT]),
  /** Of the ops-server that made it. */
  version: s.string({ max: 32 }),
  made_at: s.string({ max: 32 }),
  files: s.array(
    s.object({
      name: s.string({ max: 96, pattern: NAME }),
      bytes: s.integer({ min: 0 }),
      sha256: s.string({ max: 64, pattern: SHA256 }),
      /** Where it lay. */
      from: s.string({ max: 4096 }),
    }),
    MAX_FILES,
    1,
  ),
});
export type Manifest = Infer<typeof manifest>;
export type ManifestFile = Manifest['files'][number];

/** @throws Error when it is none of ours */
export function readManifest(bytes: Buffer): Manifest {
  let found: Manifest;
  try {
    found = decode(manifest, JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new Error(`its ${MANIFEST} cannot be read: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
    });
  }
  const names = new Set(found.files.map(({ name }) => name));
  if (names.size < found.files.length || !names.has('data/ops.db'))
    throw new Error(`its ${MANIFEST} makes no sense`);
  return found;
}

export function writeManifest(content: Omit<Manifest, 'format'>): Buffer {
  return Buffer.from(`${JSON.stringify({ format: FORMAT, ...content }, undefined, 2)}\n`);
}
