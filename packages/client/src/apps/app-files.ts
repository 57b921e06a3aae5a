/** The files of an application, and what its directory says of it. */

/** One subdirectory of the base directory, as it was found. */
export interface AppFacts {
  readonly name: string;
  readonly version?: string;
  /** When VERSION was last written. */
  readonly versionAtMs?: number;
  readonly branch?: string;
  readonly commit?: string;
  readonly hasScript: boolean;
  readonly pidFile: PidFile;
  /** Why nothing of it may be run, as a sentence. */
  readonly unsafe?: string;
  /** What could not be read, as a sentence. */
  readonly unreadable?: string;
}

export type PidFile =
  | { readonly kind: 'none' }
  | { readonly kind: 'pid'; readonly pid: number; readonly writtenAtMs: number }
  /** There is something, but it is no pid file; the sentence says what. */
  | { readonly kind: 'bad'; readonly problem: string };

export const scriptOf = (name: string): string => `${name}.sh`;
export const pidFileOf = (name: string): string => `${name}.pid`;

/** In the order they are looked at. */
export function filesOf(name: string): readonly string[] {
  return ['VERSION', 'BRANCH', 'COMMIT', scriptOf(name), pidFileOf(name)];
}
