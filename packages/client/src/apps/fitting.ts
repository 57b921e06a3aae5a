/** The list of applications must fit into a frame, whatever their files say. Pure. */
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import { MAX_FRAME, MAX_REGISTER_FRAME } from '@ops/protocol/wire/limits.ts';

/** Beside it `register` holds facts and 1,000 commands. */
export const MAX_REGISTER_APPS_BYTES = MAX_REGISTER_FRAME / 2;
/** Beside it is next to nothing. */
export const MAX_APP_INFO_BYTES = MAX_FRAME - 4096;

function brief({ name, version, service_status, has_script, actions }: AppInfo): AppInfo {
  return {
    name,
    ...(version !== undefined && { version: version.slice(0, 32).toWellFormed() }),
    service_status,
    has_script,
    ...(actions !== undefined && { actions }),
  };
}

const bytesOf = (apps: readonly AppInfo[]): number => Buffer.byteLength(JSON.stringify(apps));

/** All of them, with fewer details when they would be too long, and then fewer of them. */
export function fitting(apps: readonly AppInfo[], maxBytes: number): AppInfo[] {
  if (bytesOf(apps) <= maxBytes) return [...apps];
  const short = apps.map(brief);
  while (bytesOf(short) > maxBytes) short.length = Math.floor(short.length * 0.9);
  return short;
}
