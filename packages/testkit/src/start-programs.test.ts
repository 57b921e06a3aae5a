/** The real programs, started, killed and started again. */
import { existsSync } from 'node:fs';

import { expect, test } from 'vitest';

import { startFleet } from './fleet.ts';
import { startClient } from './start-client.ts';
import { startServer } from './start-server.ts';
import { until } from './until.ts';

const secret = 'a secret of more than thirty-two characters';

async function isHealthy(url: string): Promise<boolean> {
  return (await fetch(`${url}/health`)).status === 200;
}

test('a server listens, ends in order, and takes its directory with it', async () => {
  let directory: string;
  {
    await using server = await startServer();
    directory = server.directory;
    expect(await isHealthy(server.url)).toBe(true);
    expect(existsSync(directory)).toBe(true);
    expect(await server.program.stop()).toEqual({ code: 0, signal: null });
  }
  expect(existsSync(directory)).toBe(false);
});

test('a client and a fleet come back to a server that was killed', async () => {
  await using server = await startServer({ secret });
  await using client = await startClient({ server: { port: server.tcpPort }, secret });
  const fleet = startFleet({ port: server.tcpPort, clients: 20, secret, intervalMs: 200, startWithinMs: 50 });
  try {
    await fleet.allReady({ within: 5_000 });
    await until(() => fleet.report().acks > 40, { what: 'acknowledgements' });
    await server.program.kill9();
    await until(() => fleet.report().ready === 0, { what: 'the fleet to notice' });
    await using again = await server.restart();
    expect(again.tcpPort).toBe(server.tcpPort);
    expect(await isHealthy(again.url)).toBe(true);
    await fleet.allReady({ within: 20_000 });
    expect(fleet.report().registrations).toBe(40);
    expect(client.program.isRunning).toBe(true);
  } finally {
    fleet.stop();
  }
});

test('a server that cannot start is told with its own words', async () => {
  await expect(startServer({ env: { OPS_MAX_CONNECTIONS: 'many' } })).rejects.toThrow(/OPS_MAX_CONNECTIONS/);
});

test('a client that is refused is told with its own words', async () => {
  await using server = await startServer({ secret });
  const refused = startClient({ server: { port: server.tcpPort }, secret: 'another secret', within: 2_000 });
  await expect(refused).rejects.toThrow(/no line like .*connected[\s\S]*authentication/i);
});
