/** Hosts of a server of their own that are being upgraded, for the pictures: the canary went back, and it is held. */
import { signInAsAdmin } from '@ops/testkit/admin-session.ts';
import { putRelease } from '@ops/testkit/signed-release.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { until } from '@ops/testkit/until.ts';
import { startUpgradingClient } from '@ops/testkit/upgrading-client.ts';
import type { UpgradingClient } from '@ops/testkit/upgrading-client.ts';

const OLD = { version: '1.0.0', commit: 'a', released_at: 1 };
const HOSTS = ['web-01', 'web-02', 'web-03', 'api-01', 'api-02', 'db-01'];
const BACK = 'web-01';
/** It names no key. */
const OFF = 'db-01';
const HELD_MS = 120_000;

export interface Upgrading extends AsyncDisposable {
  /** Of the upgrade. */
  readonly id: string;
}

/** @param shelf what the server hands out */
export async function startUpgrading(
  server: RunningServer,
  shelf: string,
  secret: string,
): Promise<Upgrading> {
  const release = await putRelease(shelf);
  const hosts: UpgradingClient[] = [];
  for (const hostname of HOSTS) {
    hosts.push(
      await startUpgradingClient({
        port: server.tcpPort,
        secret,
        hostname,
        labels: { env: 'prod' },
        keys: hostname === OFF ? [] : [release.key],
        running: OLD,
        target: release.name,
        ...(hostname === BACK && { ends: { state: 'back', reason: 'not_connected' } }),
      }),
    );
  }
  const admin = await signInAsAdmin(server.url);
  const canary = hosts[HOSTS.indexOf(BACK)]!.clientId;
  const { status, body } = await admin.ask('POST', '/api/upgrades', {
    selector: 'env=prod',
    canary_ids: [canary],
  });
  const id = String(body['upgrade_id']);
  if (status >= 300) throw new Error(`the upgrade was answered with ${status}: ${JSON.stringify(body)}`);
  await until(
    async () =>
      Object(Object((await admin.ask('GET', `/api/upgrades/${id}`)).body)['upgrade'])['state'] === 'held',
    { within: HELD_MS, what: 'the upgrade to be held' },
  );
  return {
    id,
    async [Symbol.asyncDispose]() {
      for (const host of hosts) await host[Symbol.asyncDispose]();
    },
  };
}
