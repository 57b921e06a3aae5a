/** Everything the checks of `ops-client doctor` look at, gathered once. */
import type { Answer } from '@ops/runtime/doctor/ask.ts';
import type { CertificateFacts } from '@ops/runtime/doctor/certificate.ts';
import type { DirectoryFacts, PathFacts } from '@ops/runtime/doctor/path-facts.ts';
import type { ReadSettings } from '@ops/runtime/doctor/settings-findings.ts';

import type { CLIENT_SETTINGS, ClientConfig } from '../config.ts';
import type { UpgradeSight } from './check-upgrade.ts';
import type { KeptSight } from './look-at-key.ts';
import type { ServerSight } from './look-at-server.ts';

export interface ScriptDirectory {
  readonly facts: PathFacts;
  /** Why no script in it is run, as the end of a sentence. */
  readonly problem: string | undefined;
}

export interface ClientFacts {
  readonly version: string;
  readonly settings: ReadSettings;
  readonly config: ClientConfig;
  /** The command that changes a setting where it is set now. @param toml @param text the value, for a file and elsewhere */
  readonly change: (key: keyof typeof CLIENT_SETTINGS, toml: string, text: string) => string;
  /** Restarts the client. */
  readonly restart: string;
  /** Gives this host another client id from its next start on. */
  readonly newIdentity: string;
  readonly wallMs: number;
  readonly owner: number | undefined;
  readonly server: ServerSight;
  readonly certificate: CertificateFacts | undefined;
  /** By what it gets in when it has enrolled; then what clients share is of no use to it. */
  readonly kept: KeptSight;
  readonly secret: {
    /** The file it stands in, when a variable names one. */
    readonly path: string | undefined;
    readonly fingerprint: string | undefined;
    readonly previousFingerprint: string | undefined;
    /** Of the previous one, when the current one was refused. */
    readonly previousProof: ServerSight['proof'];
  };
  readonly idFile: PathFacts;
  /** Undefined: there is none yet; empty: the file holds none. */
  readonly id: string | undefined;
  /** The newest log says that another client came with this id. */
  readonly isDoubled: boolean;
  readonly dataDir: DirectoryFacts;
  readonly logDir: DirectoryFacts;
  readonly commandLog: PathFacts;
  readonly appsDir: PathFacts;
  readonly appsProblem: string | undefined;
  readonly areScriptDirsOwn: boolean;
  readonly scriptDirs: readonly ScriptDirectory[];
  /** `[[commands]]` whose program cannot be run. */
  readonly brokenCommands: readonly {
    readonly name: string;
    readonly path: string;
    readonly problem: string;
  }[];
  /** Undefined: there can be nothing. */
  readonly upgrade: UpgradeSight | undefined;
  /** `/health` at `--url`. */
  readonly health: { readonly url: URL; readonly answer: Answer } | undefined;
}
