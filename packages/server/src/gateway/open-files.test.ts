/** No file descriptors left on accept: nobody new comes in for the moment, and the program goes on. */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import { until } from '@ops/testkit/until.ts';
import { expect, it } from 'vitest';

import { SECRET } from './test-gateway.ts';

const OPEN_FILES = 64;

/** Prints its port, then a line of numbers for each line it reads. */
const PROGRAM = `
import { createInterface } from 'node:readline';
import { startTestGateway } from ${JSON.stringify(import.meta.resolve('./test-gateway.ts'))};
const server = await startTestGateway();
console.log(server.port);
for await (const _line of createInterface({ input: process.stdin })) {
  const { accepted, connections, unauthenticated } = server.gateway.stats();
  console.log(JSON.stringify({ accepted, connections, unauthenticated }));
}
process.exit(0);
`;

it('a server that runs out of file descriptors keeps its clients and takes new ones when there are some again', async () => {
  const child = spawn(
    'prlimit',
    [`--nofile=${OPEN_FILES}`, process.execPath, '--input-type=module-typescript', '--eval', PROGRAM],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const exited = new Promise<number | null>((resolve) => void child.once('exit', resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => String((await lines.next()).value);
  const sockets: Socket[] = [];
  try {
    const port = Number(await line());
    const honest = await connectFakeClient({ port, secret: SECRET });
    await honest.enter();
    let closed = 0;
    for (let i = 0; i < 2 * OPEN_FILES; i++) {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.on('error', () => {});
      socket.on('close', () => closed++);
      socket.resume();
      sockets.push(socket);
    }
    await until(() => closed > 0 || sockets.every(({ connecting }) => !connecting), { what: 'the flood' });
    await honest.heartbeat();
    for (const socket of sockets) socket.destroy();
    await until(
      async () => {
        child.stdin.write('numbers\n');
        return (await line()).includes('"unauthenticated":0');
      },
      { what: 'the flood to be over' },
    );
    const newcomer = await connectFakeClient({ port, secret: SECRET });
    await newcomer.enter();
    expect((await newcomer.heartbeat()).type).toBe('heartbeat_ack');
    await honest.heartbeat();
    newcomer.destroy();
    honest.destroy();
    child.stdin.end();
    expect(await exited).toBe(0);
  } finally {
    for (const socket of sockets) socket.destroy();
    child.kill('SIGKILL');
    await exited;
  }
});
