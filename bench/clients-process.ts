/**
 * Real clients in one process, each with an id, a connection, a journal and an executor of its own; and the floor:
 * spawning `uptime` as often from here. Arguments: directory, number of this process, how many clients, TCP port.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { createClient } from '@ops/client/client.ts';
import { loadClientConfig } from '@ops/client/config.ts';
import { createLinuxReadings } from '@ops/client/readings/linux.ts';
import { createNoUpgrades } from '@ops/client/upgrade/upgrade-part.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { systemExec } from '@ops/runtime/exec.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { systemDisk } from '@ops/runtime/system-disk.ts';

import { isQuestion } from './ask.ts';
import type { Answer } from './ask.ts';
import { SECRET_FILE } from './commands-api.ts';

const [directory = '', process_ = '0', count = '1', port = '0'] = process.argv.slice(2);

/** As the executor has it: pipes that are read, a group of its own, a bare environment. */
function uptime(): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('/usr/bin/uptime', [], {
      env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.resume();
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
}

for (let index = 0; index < Number(count); index++) {
  const own = join(directory, `client-${process_}-${index}`);
  const env = {
    OPS_SERVER_HOST: '127.0.0.1',
    OPS_SERVER_PORT: port,
    OPS_TCP_AUTH_SECRET_FILE: join(directory, SECRET_FILE),
    OPS_CLIENT_ID_FILE: join(own, 'id'),
    OPS_CLIENT_DATA_DIR: join(own, 'data'),
    OPS_COMMAND_LOG_FILE: join(own, 'commands.log'),
    OPS_APPS_BASE_DIR: join(own, 'apps'),
    OPS_LOG_DIR: join(own, 'logs'),
    OPS_RETRY_MAX_DELAY: process.env['OPS_RETRY_MAX_DELAY'] ?? '60',
  };
  await systemDisk.makeDirectory(own);
  const loaded = await loadClientConfig({ argv: [], env, cwd: own });
  if (loaded.kind !== 'settings') throw new Error('no settings');
  const client = createClient({
    upgrades: createNoUpgrades(undefined),
    config: loaded.values,
    explicit: { heartbeatInterval: false, retryMaxAttempts: false },
    version: '0.0.0-bench',
    clock: systemClock,
    random: systemRandom,
    disk: systemDisk,
    exec: systemExec,
    log: silentLog,
    readings: createLinuxReadings({ clock: systemClock, log: silentLog }),
  });
  await client.start();
}

process.on('message', (message) => {
  if (!isQuestion(message) || message.ask !== 'spawn-uptime') return;
  const { number, about } = message;
  Promise.all(Array.from({ length: about.times }, uptime)).then(
    (texts) => process.send?.({ number, answer: texts.length } satisfies Answer<number>),
    (cause: unknown) =>
      process.send?.({ number, answer: null, failure: String(cause) } satisfies Answer<null>),
  );
});
process.channel?.ref();
process.once('disconnect', () => process.exit(0));
console.log('clients process ready');
