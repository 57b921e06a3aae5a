/** What hosts that upgrade themselves read: which archives of ops-client there are. `opsctl release sign` signs it. */
import { createHash } from 'node:crypto';

import { clientRelease, RELEASE_ARCHS } from '@ops/protocol/domain/client-release.ts';
import { decode } from '@ops/protocol/schema.ts';

import type { Source, Target } from './what.ts';

export interface ClientArchive {
  readonly target: Target;
  readonly name: string;
  readonly data: Buffer;
}

/** The same text for the same archives. @throws SchemaError for what no client would read */
export function releaseManifest(
  { version, commit, seconds }: Source,
  archives: readonly ClientArchive[],
): string {
  const files = archives
    .map(({ target, name, data }) => ({
      os: 'linux' as const,
      arch: RELEASE_ARCHS.find((arch) => target.name === `linux-${arch}`),
      name,
      size: data.length,
      sha256: createHash('sha256').update(data).digest('hex'),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const release = { format: 1, program: 'ops-client', version, commit, released_at: seconds * 1000, files };
  return `${JSON.stringify(decode(clientRelease, release), undefined, 2)}\n`;
}
