/** The session of `opsctl login`, in a file only its user can read. It names its server and is sent to no other. */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { readPrivateFile } from '@ops/runtime/private-file.ts';
import { openPrivateAppend } from '@ops/runtime/safe-file.ts';

const MAX_BYTES = 4096;

export interface SessionFile {
  readonly path: string;
  /** @returns undefined when there is none for this server. @throws UnsafeFile */
  read(server: string): Promise<string | undefined>;
  /** @throws UnsafeFile */
  write(server: string, sessionId: string): Promise<void>;
  remove(): Promise<void>;
}

/** `$XDG_CONFIG_HOME/opsctl/session`; undefined when there is no home either. */
export function sessionPath(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const base = env['XDG_CONFIG_HOME'] || (env['HOME'] ? join(env['HOME'], '.config') : undefined);
  return base === undefined ? undefined : join(base, 'opsctl', 'session');
}

const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';

export function createSessionFile(path: string): SessionFile {
  return {
    path,
    async read(server) {
      let text: string;
      try {
        text = (await readPrivateFile(path, { maxBytes: MAX_BYTES })).toString('utf8');
      } catch (cause) {
        if (isMissing(cause) || (cause instanceof Error && isMissing(cause.cause))) return undefined;
        throw cause;
      }
      const [of, sessionId] = text.split('\n');
      return of === server && sessionId !== '' ? sessionId : undefined;
    },
    async write(server, sessionId) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await rm(path, { force: true });
      const handle = await openPrivateAppend(path);
      try {
        await handle.writeFile(`${server}\n${sessionId}\n`);
      } finally {
        await handle.close();
      }
    },
    remove: () => rm(path, { force: true }),
  };
}
