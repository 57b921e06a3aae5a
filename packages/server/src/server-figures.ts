/** Where the numbers of `GET /metrics` come from: one line for each source, asked when somebody scrapes. */
import type { Auth } from './auth/auth.ts';
import type { BatchService } from './batches/batch-service.ts';
import type { Commands } from './commands/commands.ts';
import type { FleetRegistry } from './fleet/registry.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { HttpCounters } from './http/counters.ts';
import type { ServerFigures } from './metrics/metric-table.ts';
import type { Rollup } from './metrics/rollup.ts';
import type { RolloutService } from './rollouts/rollout-service.ts';
import type { OpenDatabase } from './storage/open.ts';
import type { SampleTables, Tables } from './storage/tables.ts';
import type { UpgradeService } from './upgrades/upgrade-service.ts';

export interface FigureSources {
  readonly fleet: FleetRegistry;
  readonly commands: Commands;
  readonly batches: Pick<BatchService, 'unfinished'>;
  readonly rollouts: Pick<RolloutService, 'unfinished'>;
  readonly upgrades: Pick<UpgradeService, 'unfinishedHosts'>;
  readonly gateway: Gateway;
  readonly rollup: Rollup;
  readonly auth: Auth;
  readonly main: OpenDatabase<Tables>;
  readonly history: OpenDatabase<SampleTables>;
  readonly http: () => HttpCounters;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

export function serverFigures(sources: FigureSources): ServerFigures {
  const { fleet, commands, batches, rollouts, upgrades, gateway, rollup, auth, main, history, http } =
    sources;
  return {
    clients: () => fleet.counts(),
    clientsOnPreviousSecret: () => gateway.stats().onPreviousSecret,
    connections: () => gateway.stats().connections,
    unauthenticatedConnections: () => gateway.stats().unauthenticated,
    authFailures: () => sum(Object.values(gateway.stats().authFailures)),
    frames() {
      const { framesIn, framesOut } = gateway.stats();
      return { in: framesIn, out: framesOut };
    },
    commands() {
      const { pending, executing } = commands.stats();
      return { pending, executing };
    },
    commandsFinished() {
      const { Completed, Timeout, Failed, Cancelled } = commands.stats().finished;
      return { completed: Completed, timeout: Timeout, failed: Failed, cancelled: Cancelled };
    },
    batches: () => batches.unfinished,
    rollouts: () => rollouts.unfinished,
    upgradeHosts: () => upgrades.unfinishedHosts,
    unstoredOutput: () => commands.stats().unstoredBytes,
    outputWaits: () => gateway.stats().outputHeld,
    dropped() {
      const { closed, turnedAway, linesSuppressed, auditSuppressed } = gateway.stats();
      return {
        connection_slow_reader: closed.slow_reader,
        connection_protocol: closed.protocol,
        connection_evicted: closed.evicted,
        connection_over_limit: closed.too_many_connections,
        connection_locked_out: turnedAway.locked_out,
        log_line: linesSuppressed,
        audit_entry: auditSuppressed,
        client_over_limit: fleet.stats().refusedClients,
        stream_slow_reader: http().streamsClosed.slow,
        http_socket: http().socketsDropped.count,
        ...rollup.stats().dropped,
        ...commands.stats().dropped,
      };
    },
    httpRequests: () => http().requests,
    eventStreams: () => http().streamsOpened.count - sum(Object.values(http().streamsClosed)),
    eventPolls: () => http().polls.count,
    async sessions() {
      const { count } = await main.query
        .selectFrom('sessions')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return count;
    },
    logins: () => auth.signIn.outcomes,
    storageCommits: () => main.counts.commits + history.counts.commits,
    storageFaults: () => main.counts.unavailable + history.counts.unavailable,
  };
}
