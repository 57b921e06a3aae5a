/** Console and HTTP API as one part that is started and stopped. */
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { Server as TlsServer } from 'node:https';

import { ENDPOINTS } from '@ops/protocol/http/endpoints.ts';
import type { Policy } from '@ops/policy/policy.ts';
import type { PredefinedCategory } from '@ops/policy/predefined.ts';
import { sleep } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { AppActions } from '../apps/app-actions.ts';
import type { RollBack } from '../apps/roll-back.ts';
import type { Audit } from '../auth/audit.ts';
import type { Auth } from '../auth/auth.ts';
import type { Enrolment } from '../enrolment/enrolment.ts';
import type { EventHub } from '../events/hub.ts';
import type { Batches } from '../batches/batches.ts';
import type { Commands } from '../commands/commands.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Releases } from '../releases/releases.ts';
import type { Rollouts } from '../rollouts/rollouts.ts';
import type { Upgrades } from '../upgrades/upgrades.ts';
import { createApp } from './app.ts';
import type { ClientFiles } from './client-files.ts';
import { createHttpCounters } from './counters.ts';
import type { HttpCounters } from './counters.ts';
import { createForwardedRule } from './forwarded.ts';
import { createListener, LISTENER_LIMITS } from './listener.ts';
import type { ListenerLimits, TlsFiles } from './listener.ts';
import { createSendPage } from './pages.ts';
import { appRoutes } from './routes/apps.ts';
import { authRoutes } from './routes/auth.ts';
import type { CookieSecure } from './routes/auth.ts';
import { batchRoutes } from './routes/batches.ts';
import { clientRoutes } from './routes/clients.ts';
import type { ListMinutes } from './routes/clients.ts';
import { commandRoutes } from './routes/commands.ts';
import { docsRoutes } from './routes/docs.ts';
import { enrolmentRoutes } from './routes/enrolment.ts';
import type { TcpEntrance } from './routes/enrolment.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import type { PartCheck } from './routes/health.ts';
import { releaseRoutes } from './routes/releases.ts';
import { rolloutRoutes } from './routes/rollouts.ts';
import { upgradeRoutes } from './routes/upgrades.ts';
import { loadWebFiles } from './web-files.ts';
import type { WebSource } from './web-files.ts';

/** What is under way when the server stops may take this long; then it is cut. */
export const CLOSE_WITHIN_MS = 8000;

export interface HttpOptions {
  readonly httpBindAddr: string;
  /** 0: any free port. */
  readonly httpPort: number;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly cookieSecure: CookieSecure;
  readonly trustProxy: readonly string[];
  /** Paths of PEM files; both or neither. */
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
}

export interface HttpServerNeeds {
  readonly options: HttpOptions;
  readonly auth: Auth;
  readonly fleet: Fleet;
  readonly commands: Commands;
  readonly batches: Batches;
  readonly apps: AppActions;
  readonly rollBack: RollBack;
  readonly releases: Releases;
  readonly rollouts: Rollouts;
  readonly upgrades: Upgrades;
  /** A command would reach the client now. */
  readonly isConnected: (clientId: string) => boolean;
  readonly policy: Policy;
  /** To choose from. */
  readonly predefined: readonly PredefinedCategory[];
  readonly enrolment: Enrolment;
  readonly entrance: TcpEntrance;
  readonly clientFiles: ClientFiles;
  readonly hub: EventHub;
  readonly listMinutes: ListMinutes;
  /** Looked at for /health, by name. */
  readonly parts: Readonly<Record<string, PartCheck>>;
  /** Prometheus text. */
  readonly renderMetrics: () => Promise<string>;
  readonly audit: Audit;
  /** Of the program. */
  readonly version: string;
  /** Where the console comes from. */
  readonly webSource: WebSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** One line for each request. */
  readonly accessLog: Log;
  readonly limits?: Partial<ListenerLimits>;
}

export interface HttpServer {
  /** @throws Error of node:net, `EADDRINUSE` when the port is taken */
  listen(): Promise<{ readonly port: number; readonly url: string }>;
  /** Reads the certificate files again; connections that stand keep the old one. @throws when they are not usable */
  renewCertificate(): Promise<void>;
  /** Ends the streams, finishes what is under way, then closes. Harmless when it has. */
  close(): Promise<void>;
  readonly counters: HttpCounters;
}

/** @throws Error for certificate files that cannot be read, or a table that does not fit its handlers */
export async function createHttpServer(needs: HttpServerNeeds): Promise<HttpServer> {
  const { options, auth, hub, clock, random, log, accessLog } = needs;
  const tls = await readTls(options);
  const web = await loadWebFiles(needs.webSource);
  const sendPage = createSendPage({ web, random });
  const counters = createHttpCounters();
  const forwarded = createForwardedRule(options.trustProxy);
  const limits = { ...LISTENER_LIMITS, ...needs.limits };
  const app = createApp({
    endpoints: ENDPOINTS,
    routes: [
      ...authRoutes({ auth, cookieSecure: options.cookieSecure }),
      ...clientRoutes(needs),
      ...enrolmentRoutes(needs),
      ...commandRoutes(needs),
      ...batchRoutes(needs),
      ...appRoutes(needs),
      ...releaseRoutes(needs),
      ...rolloutRoutes(needs),
      ...upgradeRoutes(needs),
      ...eventRoutes({ ...needs, counters }),
      ...healthRoutes(needs),
      ...docsRoutes({ endpoints: ENDPOINTS, sendPage }),
    ],
    web,
    sendPage,
    auth,
    allowedHosts: options.allowedHosts,
    allowedOrigins: options.allowedOrigins,
    createServer: (handle) => createListener({ tls, limits, forwarded, clock, accessLog, counters }, handle),
    log,
  });
  let closed: Promise<void> | undefined;

  async function close(): Promise<void> {
    hub.close();
    const patience = new AbortController();
    void sleep(clock, CLOSE_WITHIN_MS, patience.signal).then(() => {
      if (!patience.signal.aborted) app.server.closeAllConnections();
    });
    await app.close();
    patience.abort();
  }

  return {
    counters,
    async listen() {
      const { httpBindAddr: host, httpPort } = options;
      await app.listen({ host, port: httpPort });
      const { port } = addressOf(app.server);
      return { port, url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}` };
    },
    async renewCertificate() {
      const fresh = await readTls(options);
      if (fresh && app.server instanceof TlsServer) app.server.setSecureContext(fresh);
    },
    close() {
      closed ??= close();
      return closed;
    },
  };
}

async function readTls({ tlsCert, tlsKey }: HttpOptions): Promise<TlsFiles | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  return { cert: await readFile(tlsCert), key: await readFile(tlsKey) };
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the HTTP server has no port');
  return address;
}
