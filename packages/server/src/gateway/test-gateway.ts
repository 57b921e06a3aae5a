/** A gateway on a free port, with a fleet that only remembers what it was told. For tests. */
import { AT } from '@ops/protocol/domain/figures.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import type { Log, LogFields, LogLevel } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';
import { systemRandom } from '@ops/runtime/random.ts';

import type { AuditEntry } from '../audit/entry.ts';
import type { CredentialBook } from '../enrolment/enrolment.ts';
import type { ClientLink, FleetInbox, Registration } from '../fleet/fleet.ts';
import { createGateway } from './gateway.ts';
import type { Gateway, GatewayConfig } from './gateway.ts';
import { recordingCommandInbox } from './test-command-inbox.ts';
import type { RecordingCommandInbox } from './test-command-inbox.ts';
import { EMPTY_BOOK } from './test-credential-book.ts';
import { recordingUpgradeInbox } from './test-upgrade-inbox.ts';
import type { RecordingUpgradeInbox } from './test-upgrade-inbox.ts';

export const SERVER_ID = '0f0e0d0c-0b0a-4908-8706-050403020100';
export const SECRET = 'a-secret-for-tests-that-is-long-enough';

type Told =
  | {
      readonly what: 'online';
      readonly client: string;
      readonly registration: Registration;
      readonly link: ClientLink;
    }
  | { readonly what: 'offline'; readonly client: string }
  | { readonly what: 'heartbeat'; readonly client: string; readonly cpu: number | undefined }
  | { readonly what: 'facts' | 'apps'; readonly client: string; readonly value: unknown }
  | { readonly what: 'backlog'; readonly client: string; readonly times: readonly number[] }
  | { readonly what: 'conflict'; readonly client: string; readonly address: string };

export interface RecordingInbox extends FleetInbox {
  readonly told: Told[];
  readonly forgotten: Set<string>;
  /** Runs inside every call, to throw or to wait in the place of the fleet. */
  intrude: (what: Told['what'], client: string) => void | Promise<void>;
  /** What was told about one client, by name. */
  about(client: string): Told['what'][];
}

function recordingInbox(): RecordingInbox {
  const links = new Map<string, ClientLink>();
  const told: Told[] = [];
  const tell = (entry: Told): void | Promise<void> => {
    told.push(entry);
    return inbox.intrude(entry.what, entry.client);
  };
  const inbox: RecordingInbox = {
    told,
    forgotten: new Set(),
    intrude: () => undefined,
    about: (client) => told.filter((entry) => entry.client === client).map((entry) => entry.what),
    isForgotten: (client) => inbox.forgotten.has(client),
    link: (client) => links.get(client),
    online(registration, link) {
      links.set(registration.clientId, link);
      const client = registration.clientId;
      void tell({ what: 'online', client, registration, link });
      return {
        heartbeat: (sample) => void tell({ what: 'heartbeat', client, cpu: sample?.figures[AT.cpu] }),
      };
    },
    offline(client, link) {
      if (links.get(client) !== link) return;
      links.delete(client);
      void tell({ what: 'offline', client });
    },
    facts: (client, value) => void tell({ what: 'facts', client, value }),
    apps: (client, value) => void tell({ what: 'apps', client, value }),
    backlog: async (client, samples) => tell({ what: 'backlog', client, times: samples.map(({ t }) => t) }),
    conflict: (client, address) => void tell({ what: 'conflict', client, address }),
  };
  return inbox;
}

export interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

function recordingLog(lines: Line[]): Log {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void =>
      void lines.push({ level, message, fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export interface TestGateway extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly port: number;
  readonly inbox: RecordingInbox;
  readonly commands: RecordingCommandInbox;
  readonly upgrades: RecordingUpgradeInbox;
  readonly audit: AuditEntry[];
  readonly lines: Line[];
}

/** Authentication is on with SECRET unless `config` says otherwise. */
export async function startTestGateway(
  options: {
    readonly config?: Partial<GatewayConfig>;
    readonly clock?: Clock;
    readonly random?: Random;
    readonly book?: CredentialBook;
  } = {},
): Promise<TestGateway> {
  const inbox = recordingInbox();
  const commands = recordingCommandInbox();
  const upgrades = recordingUpgradeInbox();
  const audit: AuditEntry[] = [];
  const lines: Line[] = [];
  const gateway = createGateway({
    config: {
      tcpBindAddr: '127.0.0.1',
      tcpPort: 0,
      maxConnections: 1000,
      clientTimeoutSecs: 300,
      authEnabled: true,
      secrets: { current: SECRET, previous: undefined },
      ...options.config,
    },
    serverId: SERVER_ID,
    inbox,
    commands,
    upgrades,
    book: options.book ?? EMPTY_BOOK,
    audit: {
      record: async (entry) => {
        audit.push(entry);
      },
    },
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    log: recordingLog(lines),
  });
  const { port } = await gateway.listen();
  return {
    gateway,
    port,
    inbox,
    commands,
    upgrades,
    audit,
    lines,
    [Symbol.asyncDispose]: () => gateway.close({ graceMs: 200 }),
  };
}
