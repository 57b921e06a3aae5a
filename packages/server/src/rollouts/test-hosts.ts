/**
 * Hosts with one application each, for tests: links that do what they are told, keep what they did over everything that
 * happens to the server, and deliver a result until it is acknowledged.
 */
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';
import type { MessageOf, ServerMessage } from '@ops/protocol/wire/messages.ts';
import { freshSample } from '@ops/protocol/wire/plain-heartbeat.ts';

import type { RunningCommands } from '../commands/create-commands.ts';
import type { ClientLink, FleetSeat } from '../fleet/fleet.ts';
import type { FleetRegistry } from '../fleet/registry.ts';
import { idOf, registrationOf } from '../fleet/test-fleet.ts';

export const APP = 'my-app';
const EPOCH = 'eeeeeeee-0000-4000-8000-000000000001';

/** What of the server a host speaks to. */
export interface Hearing {
  readonly fleet: FleetRegistry;
  readonly commands: RunningCommands;
}

export interface TestHost {
  readonly n: number;
  version: string | undefined;
  status: AppInfo['service_status'];
  pid: number;
  /** Everything its script was asked, in order: `update v2`, `Restart`. */
  readonly ran: string[];
  /** How often each command came to be run here. */
  readonly runs: Map<string, number>;
}

type Order = Extract<ServerMessage, { type: 'service' | 'update' }>;

export interface Answer {
  /** 0 unless said. The app is as it was before when it is not. */
  readonly exitCode?: number;
  /** It runs on until `finish`. */
  readonly runsOn?: true;
}

export interface TestHosts {
  readonly all: Map<number, TestHost>;
  host(n: number): TestHost;
  /** What a host does with an order. */
  habit: (host: TestHost, order: Order) => Answer | undefined;
  /** Orders that run on, by command id. */
  readonly running: ReadonlyMap<string, number>;
  finish(exitCode?: number): void;
  finishOne(commandId: string): void;
  connect(n: number, readonly?: boolean): void;
  /** With these applications, and nothing that answers. */
  connectWith(n: number, apps: readonly AppInfo[]): void;
  disconnect(n: number): void;
  /** The app of a host changes by itself, and the host tells of it. */
  becomes(n: number, change: Partial<Pick<TestHost, 'version' | 'status' | 'pid'>>): void;
  measure(n: number, sample: Sample): void;
  /** The server is gone: every link is dead. */
  serverGone(): void;
  serverIs(server: Hearing): void;
  /** All that were connected come back. */
  return(): void;
}

export function testHosts(): TestHosts {
  const all = new Map<number, TestHost>();
  const links = new Map<number, ClientLink>();
  const seats = new Map<number, FleetSeat | undefined>();
  const known = new Set<number>();
  const sequences = new Map<number, number>();
  const running = new Map<string, number>();
  /** Not acknowledged: command id to host and exit code. */
  const results = new Map<string, { readonly n: number; readonly exitCode: number }>();
  const orders = new Map<string, Order>();
  let server: Hearing | undefined;

  function host(n: number): TestHost {
    const found = all.get(n) ?? { n, version: 'v1', status: 'Running', pid: 100, ran: [], runs: new Map() };
    all.set(n, found);
    return found;
  }

  function appsOf(n: number): AppInfo[] {
    const { version, status, pid } = host(n);
    const process = status === 'Running' ? { pid, started_at_ms: pid * 1000 } : {};
    return [
      {
        name: APP,
        ...(version !== undefined && { version }),
        service_status: status,
        has_script: true,
        actions: true,
        ...process,
      },
    ];
  }

  const tellApps = (n: number): void => {
    if (links.has(n)) server?.fleet.apps(idOf(n), appsOf(n));
  };

  function carryOut(n: number, order: Order): void {
    const one = host(n);
    const text = order.type === 'update' ? `update ${order.version}` : order.action;
    one.ran.push(text);
    one.runs.set(order.command_id, (one.runs.get(order.command_id) ?? 0) + 1);
    sequences.set(n, order.seq);
    orders.set(order.command_id, order);
    server!.commands.inbox.accepted(idOf(n), {
      type: 'command_accepted',
      command_id: order.command_id,
      started_at: 1,
    });
    const { exitCode = 0, runsOn = false } = hosts.habit(one, order) ?? {};
    running.set(order.command_id, n);
    if (!runsOn) queueMicrotask(() => finish(order.command_id, exitCode));
  }

  function finish(commandId: string, exitCode: number): void {
    const n = running.get(commandId);
    const order = orders.get(commandId);
    if (n === undefined || !order) return;
    running.delete(commandId);
    const one = host(n);
    if (exitCode === 0 && order.type === 'update') one.version = order.version;
    if (exitCode === 0 && order.type === 'service') {
      one.status = order.action === 'Stop' ? 'Stopped' : 'Running';
      if (order.action !== 'Stop') one.pid++;
    }
    results.set(commandId, { n, exitCode });
    tellApps(n);
    deliver(commandId);
  }

  function deliver(commandId: string): void {
    const { n, exitCode } = results.get(commandId)!;
    if (!links.has(n)) return;
    const result: MessageOf<'command_result'> = {
      type: 'command_result',
      command_id: commandId,
      outcome: 'completed',
      exit_code: exitCode,
      signal: null,
      error: null,
      chunks: 0,
      stdout_bytes: 0,
      stderr_bytes: 0,
      truncated: false,
      started_at: 1,
      duration_ms: 5,
    };
    server?.commands.inbox.result(idOf(n), result);
  }

  const hosts: TestHosts = {
    all,
    host,
    habit: () => undefined,
    running,
    finish(exitCode = 0) {
      for (const commandId of running.keys()) finish(commandId, exitCode);
    },
    finishOne: (commandId) => finish(commandId, 0),
    connect(n, readonly = false) {
      known.add(n);
      const link: ClientLink = {
        instanceId: `instance ${n}`,
        lastFrameAt: 0,
        close: () => {},
        tell(message) {
          if (links.get(n) !== link) return;
          if (message.type === 'service' || message.type === 'update') carryOut(n, message);
          if (message.type === 'result_ack') results.delete(message.command_id);
        },
      };
      links.set(n, link);
      const policy = { readonly, commands: [], script_dirs: [], script_extensions: [] };
      seats.set(n, server!.fleet.online(registrationOf(n, { apps: appsOf(n), policy }), link));
      const mine = (of: ReadonlyMap<string, number>, state: 'running' | 'finished') =>
        [...of].filter(([, at]) => at === n).map(([command_id]) => ({ command_id, state, chunks: 0 }));
      const ended = new Map([...results].map(([id, result]) => [id, result.n]));
      server!.commands.inbox.registered(link, {
        clientId: idOf(n),
        journalEpoch: EPOCH,
        lastSeq: sequences.get(n) ?? 0,
        commands: [...mine(running, 'running'), ...mine(ended, 'finished')],
      });
      server!.commands.inbox.ready(idOf(n), link);
      for (const [id, at] of ended) if (at === n) deliver(id);
    },
    connectWith(n, apps) {
      const link = { instanceId: `instance ${n}`, lastFrameAt: 0, close: () => {}, tell: () => {} };
      links.set(n, link);
      seats.set(n, server!.fleet.online(registrationOf(n, { apps }), link));
    },
    disconnect(n) {
      const link = links.get(n);
      links.delete(n);
      known.delete(n);
      if (!link) return;
      server!.commands.inbox.gone(idOf(n), link);
      server!.fleet.offline(idOf(n), link);
    },
    becomes(n, change) {
      Object.assign(host(n), change);
      tellApps(n);
    },
    measure: (n, sample) => seats.get(n)?.heartbeat(freshSample(sample), undefined),
    serverGone() {
      links.clear();
      server = undefined;
    },
    serverIs(next) {
      server = next;
    },
    return() {
      for (const n of known) hosts.connect(n);
    },
  };
  return hosts;
}
