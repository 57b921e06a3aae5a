/**
 * The server's side of an upgrade over real TCP: admits whoever comes, hands out parts of a release to whoever asks,
 * and remembers what it was told.
 *
 *   const server = await startUpgradingServer();
 *   server.order(release);                       // to the client that is connected, and to whoever connects later
 *   await server.registeredAs(release);
 */
import { MAX_UPGRADE_PART } from '@ops/protocol/domain/upgrade.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { systemRandom } from '@ops/runtime/random.ts';

import { startFakeServer } from './fake-server.ts';
import type { FakeServer, FakeServerConnection } from './fake-server.ts';
import type { TestRelease } from './signed-release.ts';
import { until } from './until.ts';

export type Told = MessageOf<'upgrade_status'>;

export interface UpgradingServer extends AsyncDisposable {
  readonly port: number;
  readonly fake: FakeServer;
  /** In the order they came. */
  readonly registers: readonly MessageOf<'register'>[];
  readonly told: readonly Told[];
  /** Parts that were asked for. */
  readonly fetched: readonly MessageOf<'upgrade_fetch'>[];
  /** The connection that is open now, after `register`. */
  current(): Promise<FakeServerConnection>;
  /** Tells the client, now and whenever it comes back. @returns the id of the upgrade */
  order(release: TestRelease, upgradeId?: string): string;
  /** Does not tell it any more. */
  forget(): void;
  /** Answers a fetch in another way; undefined: not at all. */
  answer: (fetch: MessageOf<'upgrade_fetch'>, release: TestRelease) => MessageOf<'upgrade_part'> | undefined;
  /** The next status of this state, or one that came already. */
  status(state: Told['state'], wait?: { within?: number }): Promise<Told>;
  /** A client of this release is connected. */
  registeredAs(release: TestRelease, times?: number, wait?: { within?: number }): Promise<void>;
  connected(): readonly FakeServerConnection[];
}

export function partOf(fetch: MessageOf<'upgrade_fetch'>, release: TestRelease): MessageOf<'upgrade_part'> {
  const archive = release.archives.get(fetch.name) ?? Buffer.alloc(0);
  const data = archive.subarray(fetch.offset, fetch.offset + MAX_UPGRADE_PART).toString('base64');
  return { type: 'upgrade_part', upgrade_id: fetch.upgrade_id, offset: fetch.offset, data };
}

export async function startUpgradingServer(): Promise<UpgradingServer> {
  const registers: MessageOf<'register'>[] = [];
  const told: Told[] = [];
  const fetched: MessageOf<'upgrade_fetch'>[] = [];
  const ready = new Set<FakeServerConnection>();
  let ordered: { readonly release: TestRelease; readonly upgradeId: string } | undefined;

  const tell = (connection: FakeServerConnection): void => {
    if (!ordered) return;
    const { release, upgradeId } = ordered;
    const { manifest, signature } = release;
    connection.send({ type: 'upgrade', upgrade_id: upgradeId, manifest, signature });
  };

  const fake = await startFakeServer({
    heartbeatIntervalSecs: 1,
    async script(connection) {
      try {
        registers.push(await connection.admit());
        ready.add(connection);
        tell(connection);
        for (let seen = 0; ; seen++) {
          await until(() => connection.isClosed || connection.received.length > seen, {
            what: 'a frame',
            within: 600_000,
          });
          const message = connection.received[seen]?.message;
          if (!message) {
            if (connection.isClosed) return;
            throw connection.received[seen]?.problem ?? new Error('no frame');
          }
          if (message.type === 'upgrade_status') told.push(message);
          if (message.type !== 'upgrade_fetch' || !ordered) continue;
          fetched.push(message);
          const part = server.answer(message, ordered.release);
          if (part) connection.send(part);
        }
      } catch (cause) {
        // A client that is killed in the middle of its way in is no fault of the script.
        if (!connection.isClosed) throw cause;
      } finally {
        ready.delete(connection);
      }
    },
  });

  const server: UpgradingServer = {
    port: fake.port,
    fake,
    registers,
    told,
    fetched,
    current: () => until(() => [...ready].find((one) => !one.isClosed), { what: 'a client', within: 20_000 }),
    order(release, upgradeId = systemRandom.uuid()) {
      ordered = { release, upgradeId };
      for (const connection of ready) tell(connection);
      return upgradeId;
    },
    forget: () => void (ordered = undefined),
    answer: partOf,
    status: (state, wait = {}) =>
      until(() => told.find((one) => one.state === state && one.upgrade_id === ordered?.upgradeId), {
        within: 20_000,
        ...wait,
        what: `the status ${state}; told: ${JSON.stringify(told)}`,
      }),
    async registeredAs(release, times = 1, wait = {}) {
      const { released_at } = release.release;
      await until(
        () =>
          registers.filter(({ upgrade }) => upgrade?.release?.released_at === released_at).length >= times,
        { within: 30_000, ...wait, what: `${times} registrations as ${released_at}` },
      );
    },
    connected: () => [...ready].filter((one) => !one.isClosed),
    [Symbol.asyncDispose]: () => fake.close(),
  };
  return server;
}
