/** Files, as state that must survive may use them. Every path is absolute. Errors are those of node:fs. */
export interface Disk {
  /** The whole file, or undefined when there is none. */
  read(path: string): Promise<Buffer | undefined>;
  /** So many bytes from there on, fewer at the end of the file; undefined when there is none. */
  readPart(path: string, offset: number, bytes: number): Promise<Buffer | undefined>;
  /** Replaces the file durably: temporary file, fsync, rename, fsync of the directory. A failed fsync is not retried. */
  replace(path: string, data: Buffer | string): Promise<void>;
  /** Appends in one write; with `sync` returns after fdatasync. Creates the file (0600). */
  append(path: string, data: Buffer | string, options?: { readonly sync?: boolean }): Promise<void>;
  /** Creates the file (0600), durably, when there is none. The caller closes it. */
  openAppend(path: string): Promise<AppendFile>;
  /** Names in a directory, sorted; empty when there is none. */
  list(directory: string): Promise<string[]>;
  /** Harmless when there is no such file. */
  remove(path: string): Promise<void>;
  /** With parents, mode 0700. Harmless when it exists. */
  makeDirectory(path: string): Promise<void>;
}

/** A file that is kept open to append to. One call at a time. */
export interface AppendFile {
  /** In one write. */
  write(data: Buffer): Promise<void>;
  /** fdatasync. Once it failed the file can no more be trusted: what was written may be lost, and no retry tells. */
  sync(): Promise<void>;
  close(): Promise<void>;
}
