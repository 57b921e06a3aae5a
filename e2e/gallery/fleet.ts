/** The fleet of the gallery: made-up hosts with believable readings, applications and a past, on a real server. */
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';
import { signInAsAdmin } from '@ops/testkit/admin-session.ts';
import type { AdminSession } from '@ops/testkit/admin-session.ts';
import { exampleOutput, exampleSample } from '@ops/testkit/example-messages.ts';
import type { FakeClient } from '@ops/testkit/fake-client.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { until } from '@ops/testkit/until.ts';

import { connectAppHost } from '../app-hosts.ts';
import type { AppHost } from '../app-hosts.ts';
import type { Scene } from './shot.ts';

export const SECRET = 'a secret for the pictures of the docs, long enough';
export const PASSWORD = 'plum-Tractor_91 violin';

const GIB = 1024 ** 3;
const MINUTE_MS = 60_000;
/** Of its past, drawn on the page of a host. */
const PAST_MINUTES = 360;
/** As long as the pictures are taken. */
const ANSWERING_MS = 600_000;
const BEAT_MS = 15_000;

/** Name, labels, shares: processor, memory, disk. */
type Row = readonly [string, Readonly<Record<string, string>>, number, number, number];

const NAMED: readonly Row[] = [
  ['web-01', { env: 'prod', role: 'web' }, 23.4, 0.41, 0.35],
  ['web-02', { env: 'prod', role: 'web' }, 31.8, 0.44, 0.36],
  ['web-03', { env: 'prod', role: 'web' }, 88.2, 0.62, 0.36],
  ['api-01', { env: 'prod', role: 'api' }, 46.1, 0.58, 0.22],
  ['api-02', { env: 'prod', role: 'api' }, 42.7, 0.55, 0.23],
  ['db-01', { env: 'prod', role: 'db' }, 61.3, 0.83, 0.71],
  ['db-02', { env: 'prod', role: 'db' }, 18.9, 0.81, 0.93],
  ['cache-01', { env: 'prod', role: 'cache' }, 8.2, 0.76, 0.11],
  ['cache-02', { env: 'prod', role: 'cache' }, 9.6, 0.72, 0.12],
  ['build-01', { env: 'ci', role: 'build' }, 97.6, 0.69, 0.54],
  ['staging-01', { env: 'staging', role: 'web' }, 3.1, 0.28, 0.41],
  ['monitor', { env: 'prod', role: 'ops' }, 12.5, 0.37, 0.48],
];

/** Workers, so that the heat map has something to show. */
const WORKERS: readonly Row[] = Array.from({ length: 48 }, (_, n) => [
  `worker-${String(n + 1).padStart(2, '0')}`,
  { env: n % 6 === 5 ? 'staging' : 'prod', role: 'worker' },
  Math.round(((n * 37) % 90) * 10) / 10 + 4,
  0.2 + ((n * 29) % 70) / 100,
  0.1 + ((n * 17) % 60) / 100,
]);

const PROGRAMS = ['date', 'df', 'free', 'ls', 'netstat', 'ps', 'systemctl', 'top', 'uptime', 'whoami'];

const OFFLINE = 'staging-01';
/** It updates nothing: a checksum is wrong. */
const FAILING = 'web-02';

/** Where which application is, by label; not all of them on the version that most have. */
const APPS: Readonly<Record<string, readonly string[]>> = {
  web: ['shop', 'auth', 'image-cache'],
  api: ['shop', 'auth', 'catalog', 'billing'],
  db: ['backup'],
  cache: ['image-cache', 'catalog'],
  build: ['runner'],
  ops: ['backup', 'mailer'],
};

function appsOf(hostname: string, role: string): AppInfo[] {
  return (APPS[role] ?? []).map((name) => ({
    name,
    version: hostname === 'web-02' && name === 'auth' ? 'v1.9.2' : 'v2.3.1',
    deploy_time: '2026-03-02 09:12:44',
    branch: 'main',
    commit: hostname === 'api-02' && name === 'billing' ? 'e4b1c07d9a55' : '7c40d2f81e36',
    has_script: true,
    ...(hostname === 'cache-01' && name === 'catalog'
      ? { service_status: 'Stopped', notes: ['stale_pid'] }
      : { service_status: 'Running', pid: 2417 }),
  }));
}

function sampleOf([, , cpu, memory, disk]: Row): Sample {
  return exampleSample({
    cpu_usage: cpu,
    cpu_core_usage: [cpu + 2.1, cpu - 1.7, cpu + 0.9, cpu - 1.3].map((each) =>
      Math.min(100, Math.max(0, each)),
    ),
    load_average: [cpu / 25, cpu / 28, cpu / 31].map((each) => Math.round(each * 100) / 100),
    total_memory: 16 * GIB,
    used_memory: Math.round(16 * GIB * memory),
    disks: [
      { mount: '/', filesystem: 'ext4', total: 200 * GIB, used: Math.round(200 * GIB * disk) },
      { mount: '/data', filesystem: 'xfs', total: 500 * GIB, used: Math.round(300 * GIB * disk) },
    ],
  });
}

/** Six hours of a database with a nightly job in the middle, and ten minutes without a link. */
function past(row: Row): ({ readonly t: number } & Sample)[] {
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  return Array.from({ length: PAST_MINUTES }, (_, n) => n)
    .filter((n) => n < 295 || n >= 305)
    .map((n) => {
      const wave = 14 * Math.sin(n / 41) + 6 * Math.sin(n / 7) + 3 * Math.sin(n * 1.7);
      const job = n > 210 && n < 245 ? 28 : 0;
      const cpu = Math.round(Math.min(99, Math.max(2, 38 + wave + job)) * 10) / 10;
      const sample = sampleOf([row[0], row[1], cpu, 0.74 + n / 4000, 0.66 + n / 7000]);
      const io = Math.round((cpu + job * 4) * 60_000);
      return {
        t: now - (PAST_MINUTES + 1 - n) * MINUTE_MS,
        ...sample,
        network: [{ interface: 'eth0', rx_bytes_per_sec: io, tx_bytes_per_sec: Math.round(io / 3) }],
        disk_io: [{ device: 'sda', read_bytes_per_sec: io * 2, write_bytes_per_sec: Math.round(io * 0.7) }],
      };
    });
}

const UPTIME = ' 09:41:07 up 12 days,  3:20,  0 users,  load average: 0.42, 0.38, 0.35\n';
const DF = `Filesystem      Size  Used Avail Use% Mounted on
/dev/vda1        40G   14G   25G  36% /
tmpfs           7.8G     0  7.8G   0% /dev/shm
/dev/vdb1       200G  142G   58G  \u001b[33m71%\u001b[0m /var/lib/postgresql
/dev/vdc1       500G  465G   35G  \u001b[1;31m93%\u001b[0m /backup
`;
const NO_FILE = "ls: cannot access '/srv/export': No such file or directory\n";

const PROCESSES = `USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
root           1  0.0  0.1 167908 11820 ?        Ss   Nov16   0:14 /sbin/init
build       2417 94.2 18.3 4312044 2994120 ?     Rl   09:12  31:07 /opt/runner/bin/runner --jobs 4
`;

/** Begins to write and is not over while the pictures are taken. */
function goesOn(client: FakeClient, id: string): void {
  client.accept(id);
  client.send(exampleOutput(id, 0, PROCESSES));
}

/** Every host answers as long as the pictures are taken; one of the web servers has been up longer than the others. */
function answering(client: FakeClient, hostname: string): void {
  const next = (): void => {
    client.waitFor('command', { within: ANSWERING_MS }).then(
      ({ command_id: id, command }) => {
        if (command.startsWith('df')) client.run(id, DF);
        else if (command.startsWith('ps')) goesOn(client, id);
        else if (command.startsWith('ls')) client.run(id, NO_FILE, { exit_code: 2 });
        else client.run(id, hostname === 'web-03' ? UPTIME.replace('12 days', '413 days') : UPTIME);
        next();
      },
      () => {},
    );
  };
  next();
}

async function connectRow(server: RunningServer, row: Row, index: number): Promise<AppHost> {
  const [name, labels] = row;
  const host = await connectAppHost(server, {
    secret: SECRET,
    name,
    labels,
    address: `192.0.2.${index + 10}`,
    commands: PROGRAMS,
    apps: appsOf(name, labels['role'] ?? ''),
    habit: () => (name === FAILING ? { exitCode: 3, output: 'checksum does not match\n' } : {}),
  });
  if (name === 'db-01' || name === OFFLINE) {
    host.client.send({ type: 'samples', resolution_secs: 60, samples: past(row) });
    await host.client.waitFor('samples_ack');
  }
  await host.client.heartbeat(sampleOf(row));
  answering(host.client, name);
  return host;
}

type Json = Readonly<Record<string, unknown>>;

async function post(admin: AdminSession, path: string, body: object): Promise<Json> {
  const { status, body: answer } = await admin.ask('POST', path, body);
  if (status >= 300) throw new Error(`${path} answered ${status}: ${JSON.stringify(answer)}`);
  return answer;
}

/** What has happened before anybody looks: runs, batches, and three rollouts. */
async function makeHistory(
  admin: AdminSession,
  hosts: Scene['hosts'],
): Promise<Omit<Scene, 'url' | 'hosts' | 'upgrade'>> {
  const send = async (host: string, command: string): Promise<string> =>
    String((await post(admin, '/api/send-command', { client_id: hosts[host], command }))['command_id']);
  const rolled = async (body: object, states: RegExp): Promise<string> => {
    const id = String((await post(admin, '/api/rollouts', body))['rollout_id']);
    await until(
      async () =>
        states.test(String(Object((await admin.ask('GET', `/api/rollouts/${id}`)).body['rollout'])['state'])),
      { within: 60_000, what: `rollout ${id} to be ${states}` },
    );
    return id;
  };
  const failedRun = await send('api-01', 'ls -la /srv/export');
  await send('web-01', 'uptime');
  await send('monitor', 'free -h');
  const run = await send('db-01', 'df -h');
  await post(admin, '/api/batch-commands', { selector: 'role=db', command: 'df -h' });
  const goingOn = String(
    (
      await post(admin, '/api/send-command', {
        client_id: hosts['build-01'],
        command: 'ps aux',
        timeout_secs: 3600,
      })
    )['command_id'],
  );
  const batch = await post(admin, '/api/batch-commands', { selector: 'env=prod', command: 'uptime' });
  const gate = { soak_secs: 1 };
  await rolled(
    { app_name: 'image-cache', version: 'v2.3.2', selector: 'role=cache', waves: ['1', 'rest'], gate },
    /^succeeded$/,
  );
  await rolled(
    { app_name: 'runner', action: 'Restart', selector: 'role=build', waves: ['rest'], gate },
    /^succeeded$/,
  );
  const rollout = await rolled(
    {
      app_name: 'shop',
      version: 'v2.4.0',
      restart: true,
      selector: 'role in (web,api),env=prod',
      waves: ['1', '2', 'rest'],
      gate,
    },
    /^held$/,
  );
  return { run, failedRun, goingOn, batch: String(batch['batch_id']), rollout };
}

export interface MadeUpFleet extends AsyncDisposable {
  readonly scene: Omit<Scene, 'upgrade'>;
}

export async function makeUpFleet(server: RunningServer): Promise<MadeUpFleet> {
  const all = await Promise.all([...NAMED, ...WORKERS].map((row, index) => connectRow(server, row, index)));
  const hosts = Object.fromEntries(all.map(({ name, client }) => [name, client.clientId]));
  // Nobody is late while the pictures are taken.
  const beat = setInterval(() => {
    for (const [index, { name, client }] of all.entries())
      if (name !== OFFLINE) client.sendHeartbeat(sampleOf([...NAMED, ...WORKERS][index]!));
  }, BEAT_MS);
  const admin = await signInAsAdmin(server.url, PASSWORD);
  const made = await makeHistory(admin, hosts);
  await all.find(({ name }) => name === OFFLINE)!.client.close();
  return {
    scene: { url: server.url, hosts, ...made },
    async [Symbol.asyncDispose]() {
      clearInterval(beat);
      for (const { client } of all) await client.close();
    },
  };
}
