/**
 * The floor of a client's footprint: the least a Node program can do with the same job. In every interval it reads
 * the files the readings come from and writes a frame of a heartbeat's size. No protocol, no parsing, no state.
 * Arguments: port, interval in milliseconds.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';

const FILES = ['stat', 'meminfo', 'loadavg', 'uptime', 'net/dev', 'diskstats', 'self/mountinfo'];
const FRAME_BYTES = 850;

const [port, intervalMs] = process.argv.slice(2).map(Number);
const frame = Buffer.alloc(FRAME_BYTES, ' ');
frame.writeUInt32BE(FRAME_BYTES - 4);

const socket = connect({ host: '127.0.0.1', port });
socket.resume();
socket.once('connect', () => {
  console.log('bare client connected');
  setInterval(() => {
    let bytes = 0;
    for (const file of FILES) bytes += readFileSync(`/proc/${file}`).length;
    frame.writeUInt32BE(bytes + readdirSync('/proc').length, 4);
    socket.write(frame);
  }, intervalMs);
});
socket.once('close', () => process.exit(0));
