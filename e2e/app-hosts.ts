/** Hosts with applications made up for a browser test: clients that do what they are told, each in its own way. */
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { exampleFacts, exampleOutput, exampleResult } from '@ops/testkit/example-messages.ts';
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import type { FakeClient } from '@ops/testkit/fake-client.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { until } from '@ops/testkit/until.ts';

/** Longest a test keeps a host that answers by itself. */
const ANSWERING_MS = 170_000;
const LISTEN_MS = 20;

type AppOrder = MessageOf<'service'> | MessageOf<'update'>;

/** How an order ends here: at once unless it waits for something. */
export type Habit = (order: AppOrder) => {
  readonly exitCode?: number;
  readonly output?: string;
  readonly until?: Promise<unknown>;
};

export interface AppHost extends AsyncDisposable {
  readonly client: FakeClient;
  readonly name: string;
  app(name: string): AppInfo | undefined;
  /** Something of an application changes, and the host tells of it. */
  becomes(name: string, change: Partial<AppInfo>): void;
  /** Everything its scripts were asked, in order: `shop update v2`. */
  readonly ran: readonly string[];
}

export const SHOP: AppInfo = {
  name: 'shop',
  version: 'v1.0.0',
  deploy_time: '2025-08-30 10:00:00',
  branch: 'main',
  commit: 'abc123def456',
  service_status: 'Running',
  pid: 4711,
  has_script: true,
};

/** Stopped ones have no process. */
function withStatus({ pid: _pid, ...app }: AppInfo, running: boolean, pid: number): AppInfo {
  return running ? { ...app, service_status: 'Running', pid } : { ...app, service_status: 'Stopped' };
}

/** Connected, with these applications. It leaves without them, so that another test finds none. */
export async function connectAppHost(
  server: Pick<RunningServer, 'tcpPort'>,
  options: {
    readonly secret: string;
    readonly name: string;
    readonly apps: readonly AppInfo[];
    readonly labels?: Record<string, string>;
    readonly readonly?: boolean;
    readonly address?: string;
    /** That it may run. */
    readonly commands?: readonly string[];
    readonly habit?: Habit;
  },
): Promise<AppHost> {
  const {
    secret,
    name,
    labels = {},
    readonly = false,
    address = '192.0.2.10',
    commands = ['df', 'free', 'uptime'],
    habit = (): ReturnType<Habit> => ({}),
  } = options;
  const apps = new Map(options.apps.map((app) => [app.name, app]));
  const ran: string[] = [];
  let pids = 5000;
  const life = new AbortController();
  const client = await connectFakeClient({ port: server.tcpPort, secret });
  await client.enter({
    system_info: exampleFacts({ hostname: name, ip_addresses: [address] }),
    labels,
    heartbeat_interval: 60,
    app_info: [...apps.values()],
    policy: { readonly, commands: [...commands], script_dirs: [], script_extensions: [] },
  });

  const tell = (): void => client.send({ type: 'app_info', app_info: [...apps.values()] });

  async function carryOut(order: AppOrder): Promise<void> {
    const { command_id: id, app_name: appName } = order;
    const asked = order.type === 'update' ? `update ${order.version}` : order.action.toLowerCase();
    ran.push(`${appName} ${asked}`);
    client.accept(id);
    const { exitCode = 0, output = `${appName}.sh ${asked}\n`, until: wait } = habit(order);
    client.send(exampleOutput(id, 0, output));
    await wait;
    const app = apps.get(appName);
    if (app !== undefined && exitCode === 0) {
      if (order.type === 'update') apps.set(appName, { ...app, version: order.version });
      else if (order.action !== 'Status') apps.set(appName, withStatus(app, order.action !== 'Stop', ++pids));
      tell();
    }
    const bytes = Buffer.byteLength(output);
    client.send(exampleResult(id, { chunks: 1, stdout_bytes: bytes, exit_code: exitCode, started_at: 1 }));
  }

  async function listen(): Promise<void> {
    // Not by `waitFor`, which takes what it passes over away from whoever waits for it.
    for (let heard = 0; !life.signal.aborted; heard++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await until(() => life.signal.aborted || client.received.length > heard, {
        within: ANSWERING_MS,
        every: LISTEN_MS,
        what: 'an order',
      });
      const message = client.received[heard]?.message;
      if (message?.type === 'service' || message?.type === 'update') void carryOut(message);
    }
  }
  // It ends with the test.
  listen().catch(() => {});

  return {
    client,
    name,
    ran,
    app: (appName) => apps.get(appName),
    becomes(appName, change) {
      const app = apps.get(appName);
      if (app !== undefined) apps.set(appName, { ...app, ...change });
      tell();
    },
    async [Symbol.asyncDispose]() {
      life.abort();
      client.send({ type: 'app_info', app_info: [] });
      await client.heartbeat();
      await client.close();
    },
  };
}
