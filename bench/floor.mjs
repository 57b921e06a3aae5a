/**
 * The floor: the least a Node program can do with the same frames. It counts length-prefixed frames and, with
 * `answer`, writes one of the size of an acknowledgement for each. No JSON, no MAC, no state. JavaScript, as even the
 * stripping of types would be more than the least.
 */
import { createServer } from 'node:net';

const LENGTH_BYTES = 4;
/** `{"type":"heartbeat_ack","server_time":1756540800000}` and its MAC. */
const ACK_BYTES = 52 + 32;
const BACKLOG = 4096;

const answers = process.argv[2] === 'answer';
const ack = Buffer.alloc(LENGTH_BYTES + ACK_BYTES, 'a');
ack.writeUInt32BE(ACK_BYTES);

let frames = 0;

const server = createServer({ noDelay: true }, (socket) => {
  let kept;
  socket.on('data', (chunk) => {
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
  console.log(`floor listening tcp=${server.address().port}`);
});
process.once('SIGTERM', () => {
  console.log(`floor counted ${frames} frames`);
  process.exit(0);
});
