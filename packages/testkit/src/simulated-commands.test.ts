import { afterEach, expect, test } from 'vitest';

import { startFakeServer } from './fake-server.ts';
import type { FakeServer, FakeServerConnection } from './fake-server.ts';
import { startFleet } from './fleet.ts';
import type { Fleet, FleetOptions } from './fleet.ts';

const secret = 'a secret of more than thirty-two characters';
const FIRST = '11111111-2222-4333-8444-555555555555';
const open: { fleet?: Fleet; server?: FakeServer } = {};

afterEach(async () => {
  open.fleet?.stop();
  await open.server?.close().catch(() => undefined);
});

async function one(
  commands: NonNullable<FleetOptions['commands']>,
): Promise<{ fleet: Fleet; connection: FakeServerConnection; server: FakeServer }> {
  const server = (open.server = await startFakeServer({ secret, heartbeatIntervalSecs: 1 }));
  const backoff = { baseMs: 10, maxMs: 10 };
  const fleet = (open.fleet = startFleet({
    port: server.port,
    clients: 1,
    secret,
    startWithinMs: 0,
    backoff,
    commands,
  }));
  const connection = await server.connection();
  await connection.admit();
  return { fleet, connection, server };
}

function sendCommand(connection: FakeServerConnection, id = FIRST, seq = 1): void {
  connection.send({
    type: 'command',
    command_id: id,
    seq,
    command: 'uptime',
    timeout_secs: 30,
    sent_at: 1_756_540_800_000,
    start_within_ms: 30_000,
  });
}

test('a command is accepted, its output sent and its result told until the server has stored it', async () => {
  const { fleet, connection } = await one({ answering: 'at-once', output: 'hello\n' });
  sendCommand(connection);
  await connection.waitFor('command_accepted');
  expect(await connection.waitFor('command_output')).toMatchObject({ seq: 0, data: 'hello\n' });
  const result = await connection.waitFor('command_result');
  expect(result).toMatchObject({ outcome: 'completed', exit_code: 0, chunks: 1, stdout_bytes: 6 });
  connection.send({ type: 'result_ack', command_id: FIRST });
  connection.send({ type: 'output_missing', command_id: FIRST, from_seq: 0 });
  await connection.waitFor('heartbeat');
  expect(fleet.commands()).toEqual({ executed: 1, repeated: 0, answered: 1, acknowledged: 1, held: 0 });
});

test('a command that comes twice is executed once and answered twice', async () => {
  const { fleet, connection } = await one({ answering: 'at-once' });
  sendCommand(connection);
  await connection.waitFor('command_result');
  sendCommand(connection);
  await connection.waitFor('command_result');
  expect(fleet.commands()).toMatchObject({ executed: 1, repeated: 1, answered: 1 });
});

test('a held command is reported running, answered when told, and cancelled when the server says so', async () => {
  const { fleet, connection } = await one({ answering: 'when-told' });
  const second = FIRST.replace('1', '2');
  sendCommand(connection);
  sendCommand(connection, second, 2);
  await connection.waitFor('command_accepted', { where: (message) => message.command_id === second });
  expect(fleet.answer()).toBe(1);
  expect(await connection.waitFor('command_result')).toMatchObject({ command_id: FIRST });
  connection.send({ type: 'cancel', command_id: second });
  expect(await connection.waitFor('command_result')).toMatchObject({ outcome: 'cancelled', exit_code: null });
  expect(fleet.answer()).toBe(0);
});

test('after a reconnect what is not acknowledged is reported and sent again', async () => {
  const { connection, server } = await one({ answering: 'at-once', output: 'hello\n' });
  sendCommand(connection);
  await connection.waitFor('command_result');
  connection.destroy();
  const again = await server.connection();
  await again.admit();
  const [register] = again.messages('register');
  expect(register).toMatchObject({
    last_seq: 1,
    commands: [{ command_id: FIRST, state: 'finished', chunks: 1 }],
  });
  await again.waitFor('command_result');
});
