/**
 * The floor of a batch: the least a Node program can do with the same frames. `GET /go` writes a frame of a command's
 * size to every open connection and is answered when each has come back with the frames of its answer. No JSON, no
 * MAC, no state, nothing stored. JavaScript, as even the stripping of types would be more than the least.
 * Argument: how many frames answer a command.
 */
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';

const LENGTH_BYTES = 4;
/** A `command` message and its MAC. */
const COMMAND_BYTES = 190 + 32;
const BACKLOG = 4096;

const answerFrames = Number(process.argv[2] ?? 3);
const command = Buffer.alloc(LENGTH_BYTES + COMMAND_BYTES, 'a');
command.writeUInt32BE(COMMAND_BYTES);

const sockets = new Set();
let missing = 0;
let done;

const server = createServer({ noDelay: true }, (socket) => {
  let kept;
  let frames = 0;
  sockets.add(socket);
  socket.on('data', (chunk) => {
    const data = kept ? Buffer.concat([kept, chunk]) : chunk;
    let at = 0;
    while (data.length - at >= LENGTH_BYTES) {
      const end = at + LENGTH_BYTES + data.readUInt32BE(at);
      if (end > data.length) break;
      at = end;
      if (missing > 0 && ++frames % answerFrames === 0 && --missing === 0) done();
    }
    kept = at < data.length ? data.subarray(at) : undefined;
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => sockets.delete(socket));
});
const http = createHttpServer((request, response) => {
  if (request.url === '/connections') {
    response.end(String(sockets.size));
    return;
  }
  missing = sockets.size;
  done = () => response.end(String(sockets.size));
  for (const socket of sockets) socket.write(command);
});
server.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG }, () => {
  http.listen(0, '127.0.0.1', () => {
    console.log(`floor listening tcp=${server.address().port} http=${http.address().port}`);
  });
});
process.once('SIGTERM', () => process.exit(0));
