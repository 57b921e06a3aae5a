/** Everything the checks of `ops-server doctor` look at, gathered once. */
import type { Answer, Health } from '@ops/runtime/doctor/ask.ts';
import type { CertificateFacts } from '@ops/runtime/doctor/certificate.ts';
import type { DirectoryFacts, PathFacts } from '@ops/runtime/doctor/path-facts.ts';
import type { ReadSettings } from '@ops/runtime/doctor/settings-findings.ts';

import type { SERVER_SETTINGS, ServerConfig } from '../config.ts';
import type { DatabaseFacts } from './look-at-database.ts';
import type { ProcessFacts } from './look-at-process.ts';

export type PortFacts =
  /** Port 0: any free one. */
  | { readonly kind: 'any' }
  | { readonly kind: 'closed'; readonly code: string }
  /** An ops-server; which one, and what it says of itself, where it says so. */
  | { readonly kind: 'ours'; readonly serverId: string | undefined; readonly health: Health | undefined }
  /** Speaks TLS or HTTP, more cannot be known. */
  | { readonly kind: 'open' }
  | { readonly kind: 'other' };

/** What is seen through `--url`. */
export interface UrlFacts {
  readonly url: URL;
  readonly health: Answer;
  /** A sign-out from nobody, as a page of the console would send it: 401 when its origin is accepted. */
  readonly crossSite: Answer;
  /** The stream of events; or why it was not asked for. */
  readonly events: Answer | 'no token' | 'not encrypted';
}

export interface CertificateFile {
  readonly key: 'tls_cert' | 'tcp_tls_cert';
  readonly path: string;
  /** Undefined: the file holds none, or another key belongs to it. */
  readonly certificate: CertificateFacts | undefined;
  readonly keyFits: boolean;
}

export interface ServerFacts {
  readonly version: string;
  readonly settings: ReadSettings;
  readonly config: ServerConfig;
  /** The command that changes a setting where it is set now. @param toml @param text the value, for a file and elsewhere */
  readonly change: (key: keyof typeof SERVER_SETTINGS, toml: string, text: string) => string;
  readonly commands: { readonly start: string; readonly restart: string; readonly doctor: string };
  readonly wallMs: number;
  /** Who should own the files; undefined where there are no owners. */
  readonly owner: number | undefined;
  readonly isRoot: boolean;
  readonly unprivilegedPortStart: number;
  /** Addresses of this machine. */
  readonly addresses: readonly string[];
  readonly process: ProcessFacts | undefined;
  /** Of this process, which starts as the server would. */
  readonly openFiles: number | undefined;
  readonly tcp: PortFacts;
  readonly http: PortFacts;
  readonly dataDir: DirectoryFacts;
  readonly logDir: DirectoryFacts;
  readonly privateFiles: readonly PathFacts[];
  readonly secret: {
    readonly enabled: boolean;
    /** Undefined: none yet, or it cannot be read. */
    readonly fingerprint: string | undefined;
    readonly previousFingerprint: string | undefined;
    readonly file: PathFacts | undefined;
  };
  readonly certificates: readonly CertificateFile[];
  readonly databases: readonly DatabaseFacts[];
  readonly url: UrlFacts | undefined;
}

/** Whether a server of this data directory runs. */
export function isRunning(facts: Pick<ServerFacts, 'process' | 'tcp' | 'http' | 'databases'>): boolean {
  if (facts.process) return true;
  const own = serverIdOf(facts);
  return facts.tcp.kind === 'ours' && own !== undefined && facts.tcp.serverId === own;
}

export function serverIdOf({ databases }: Pick<ServerFacts, 'databases'>): string | undefined {
  return databases
    .map((each) => (each.kind === 'read' ? each.serverId : undefined))
    .find((id) => id !== undefined);
}
