/**
 * What one sample costs: CPU of this process over many samples of the client's own readings, taken one after another,
 * and of the conversion to a frame's body. Warm caches and hot code: a client that takes one every three seconds pays
 * more for each, which `footprint` shows.
 */
import { writeMessage } from '@ops/protocol/wire/messages.ts';
import { createLinuxReadings } from '@ops/client/readings/linux.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';

import type { Benchmark } from './benchmark.ts';
import { percentile } from './health.ts';

const WARM_UP = 100;
const MAX_CPU_MS = 1;

export const sampleBenchmark: Benchmark<'samples'> = {
  summary: 'CPU of one sample of the client',
  options: { samples: { default: 1000, min: 100, max: 1_000_000, meaning: 'samples that are measured' } },
  async run({ samples }, { lifecycle }) {
    const readings = createLinuxReadings({ clock: systemClock, log: silentLog });
    lifecycle.onRelease('readings', () => readings.close());
    for (let i = 0; i < WARM_UP; i++) readings.sample();

    const wallMs: number[] = [];
    let before = process.cpuUsage();
    for (let i = 0; i < samples; i++) {
      const start = systemClock.mono();
      readings.sample();
      wallMs.push(systemClock.mono() - start);
    }
    const cpu = process.cpuUsage(before);
    const sample = readings.sample();
    before = process.cpuUsage();
    let bytes = 0;
    for (let i = 0; i < samples; i++) {
      bytes = writeMessage({ type: 'heartbeat', client_time: systemClock.wall(), sample }).length;
    }
    const writing = process.cpuUsage(before);

    const eachMs = (used: NodeJS.CpuUsage): number => (used.user + used.system) / 1000 / samples;
    return {
      sections: [
        {
          title: `${samples} samples of this host`,
          figures: [
            { name: 'cpu_ms', label: 'CPU of a sample', value: eachMs(cpu), unit: 'ms' },
            { name: 'user_ms', label: '  of it in user space', value: cpu.user / 1000 / samples, unit: 'ms' },
            {
              name: 'wall_p50_ms',
              label: 'time of a sample p50',
              value: percentile(wallMs, 0.5),
              unit: 'ms',
            },
            {
              name: 'wall_p99_ms',
              label: 'time of a sample p99',
              value: percentile(wallMs, 0.99),
              unit: 'ms',
            },
            {
              name: 'write_cpu_ms',
              label: 'CPU of writing it as a body',
              value: eachMs(writing),
              unit: 'ms',
            },
            { name: 'body_bytes', label: 'bytes of the body', value: bytes, unit: 'B' },
          ],
          notes: [`readings: ${Object.keys(sample).join(', ')}`],
        },
      ],
      goals: [
        { name: 'goal_cpu', label: 'CPU of a sample', value: eachMs(cpu), unit: 'ms', limit: MAX_CPU_MS },
      ],
    };
  },
};
