/**
 * The floor: the least a Node program can do with the same frames. It counts length-prefixed frames and, with
 * `answer`, writes one of the size of an acknowledgement for each. No JSON, no MAC, no state.
 */
import { createServer } from 'node:net';

import { LENGTH_BYTES, MAC_BYTES } from '@ops/protocol/wire/limits.ts';
import { writeMessage } from '@ops/protocol/wire/messages.ts';

const answers = process.argv[2] === 'answer';
const BACKLOG = 4096;

const ackBytes = writeMessage({ type: 'heartbeat_ack', server_time: 1_756_540_800_000 }).length + MAC_BYTES;
const ack = Buffer.alloc(LENGTH_BYTES + ackBytes, 'a');
ack.writeUInt32BE(ackBytes);

let frames = 0;

const server = createServer({ noDelay: true }, (socket) => {
  let kept: Buffer | undefined;
  socket.on('data', (chunk: Buffer) => {
    const data = kept ? Buffer.concat([kept, chunk]) : chunk;
    let at = 0;
    while (data.length - at >= LENGTH_BYTES) {
      const end = at + LENGTH_BYTES + data.readUInt32BE(at);
      if (end > data.length) break;
      at = end;
      frames++;
      if (answers) socket.write(ack);
    }
    kept = at < data.length ? data.subarray(at) : undefined;
  });
  socket.on('error', () => socket.destroy());
});
server.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG }, () => {
  const address = server.address();
  if (address !== null && typeof address !== 'string') console.log(`floor listening tcp=${address.port}`);
});
process.once('SIGTERM', () => {
  console.log(`floor counted ${frames} frames`);
  process.exit(0);
});
