/**
 * The floor of a client's footprint: the least a Node program can do with the same job. Every three seconds it reads
 * the files the readings come from and writes a frame of a heartbeat's size. No protocol, no parsing, no state.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';

import { systemClock } from '@ops/runtime/clock.ts';

const FILES = ['stat', 'meminfo', 'loadavg', 'uptime', 'net/dev', 'diskstats', 'self/mountinfo'];
const FRAME_BYTES = 1100;

const frame = Buffer.alloc(FRAME_BYTES, ' ');
frame.writeUInt32BE(FRAME_BYTES - 4);

const socket = connect({ host: '127.0.0.1', port: Number(process.argv[2]) });
socket.resume();
socket.once('connect', () => {
  console.log('bare client connected');
  systemClock.every(Number(process.argv[3]), () => {
    let bytes = 0;
    for (const file of FILES) bytes += readFileSync(`/proc/${file}`).length;
    const processes = readdirSync('/proc').length;
    frame.writeUInt32BE(bytes + processes, 4);
    socket.write(frame);
  });
});
socket.once('close', () => process.exit(0));
