/** `apps`: applications on all hosts, and what may be done with one of them. */
import { SERVICE_STATUSES } from '@ops/protocol/domain/app.ts';
import type { AppInfo, AppNote } from '@ops/protocol/domain/app.ts';
import { appDrift } from '@ops/protocol/domain/app-drift.ts';
import type { AppDrift } from '@ops/protocol/domain/app-drift.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import type { Text } from '@ops/runtime/language.ts';

import { RAW_OPTION } from '../command.ts';
import type { Command, Surroundings } from '../command.ts';
import { usageFault } from '../command-line.ts';
import { EXIT } from '../exit-status.ts';
import type { ExitStatus } from '../exit-status.ts';
import { table } from '../printable.ts';
import { listApps } from '../server/list-apps.ts';
import { listHosts } from '../server/list-hosts.ts';
import { oneHost } from '../target-hosts.ts';
import { say } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { checkOptions, runVerb, verbSyntax } from '../verb.ts';
import type { Verb } from '../verb.ts';
import { APP_ACTIONS } from './app-actions.ts';
import { releases } from './app-releases.ts';

const VERBS: Readonly<Record<string, Verb>> = { ...APP_ACTIONS, releases };

const NOTES: Readonly<Record<AppNote, Text>> = {
  foreign_pid: { zh: 'pid 属于其他程序', en: 'pid of another program' },
  stale_pid: { zh: 'pid 文件已失效', en: 'stale pid file' },
  zombie: { zh: '僵尸进程', en: 'zombie' },
  not_restarted: { zh: '已更新，未重启', en: 'updated, not restarted' },
  unsafe: { zh: '不安全', en: 'unsafe' },
  unreadable: { zh: '不可读', en: 'unreadable' },
};

interface Place {
  readonly host: ClientApps;
  readonly app: AppInfo;
  readonly drift: AppDrift | undefined;
}

function driftNote({ kind, most }: AppDrift): Text {
  if (kind === 'commit') return { zh: '≠ 版本相同，提交不同', en: '≠ same version, other commit' };
  if (most === undefined) return { zh: '≠ 各主机版本不一致', en: '≠ hosts have different versions' };
  return { zh: `≠ 多数主机为 ${most}`, en: `≠ most hosts have ${most}` };
}

function row({ host, app, drift }: Place, terminal: Terminal): readonly string[] {
  const notes = [
    ...(host.status === 'online' ? [] : [{ zh: '离线', en: 'offline' }]),
    ...(host.readonly ? [{ zh: '只读', en: 'readonly' }] : []),
    ...(app.notes ?? []).map((note) => NOTES[note]),
    ...(drift ? [driftNote(drift)] : []),
  ];
  return [
    app.name,
    host.hostname,
    app.service_status,
    app.version ?? '-',
    [app.branch, app.commit?.slice(0, 12)].filter((part) => part !== undefined).join('/') || '-',
    app.deploy_time ?? '-',
    notes.map((note) => say(terminal, note)).join(', '),
  ];
}

/** Drift is against every host, whatever is shown of them. */
async function places({ server, given }: Surroundings): Promise<readonly Place[]> {
  const asked = given.text('status');
  const status = SERVICE_STATUSES.find((known) => known.toLowerCase() === asked?.toLowerCase());
  if (asked !== undefined && status === undefined)
    throw usageFault(`--status is one of ${SERVICE_STATUSES.join(', ')}`);
  const [selector, hostName, name] = [given.text('selector'), given.text('host'), given.operands[0]];
  const host = hostName === undefined ? undefined : await oneHost(server, hostName);
  const chosen =
    selector === undefined ? undefined : new Set((await listHosts(server, { selector })).map(({ id }) => id));
  const hosts = await listApps(server, name === undefined ? {} : { name });
  const drift = appDrift(hosts.flatMap(({ apps }) => apps));
  return hosts
    .filter(({ client_id: id }) => (host === undefined || id === host) && (chosen?.has(id) ?? true))
    .flatMap((each) => each.apps.map((app) => ({ host: each, app, drift: drift.get(app) })))
    .filter(({ app }) => status === undefined || app.service_status === status)
    .toSorted((a, b) => (a.app.name < b.app.name ? -1 : a.app.name > b.app.name ? 1 : 0));
}

async function list(surroundings: Surroundings): Promise<ExitStatus> {
  const { terminal, given } = surroundings;
  checkOptions(apps, ['selector', 'host', 'status'], surroundings);
  if (given.operands.length > 1) throw usageFault(`unexpected argument ${JSON.stringify(given.operands[1])}`);
  const found = await places(surroundings);
  if (given.flag('json')) {
    const flat = found.map(({ host, app, drift }) => ({
      client_id: host.client_id,
      hostname: host.hostname,
      connection: host.status,
      readonly: host.readonly,
      ...app,
      drift: drift ?? null,
    }));
    terminal.out(`${JSON.stringify({ apps: flat })}\n`);
  } else {
    const head = ['APP', 'HOST', 'STATUS', 'VERSION', 'BRANCH/COMMIT', 'DEPLOYED', 'NOTE'];
    terminal.out(
      table(
        head,
        found.map((place) => row(place, terminal)),
      ),
    );
  }
  return EXIT.good;
}

export const apps: Command = {
  name: 'apps',
  summary: {
    zh: '列出应用；启动、停止、更新、回滚一台主机上的应用',
    en: 'list applications; start, stop, update or roll back one on a host',
  },
  operands: `[NAME] | ${verbSyntax(VERBS)}`,
  count: [0, 4],
  words: Object.keys(VERBS),
  options: [
    {
      name: 'selector',
      short: 'l',
      value: 'SELECTOR',
      meaning: { zh: '列表：按标签选择主机', en: 'list: on hosts with these labels' },
    },
    {
      name: 'host',
      value: 'HOST',
      meaning: { zh: '列表：一台主机，ID 或主机名', en: 'list: on one host, by id or name' },
    },
    {
      name: 'status',
      value: 'STATUS',
      choices: SERVICE_STATUSES,
      meaning: {
        zh: `列表：${SERVICE_STATUSES.join('、')} 之一`,
        en: `list: one of ${SERVICE_STATUSES.join(', ')}`,
      },
    },
    {
      name: 'limit',
      short: 'n',
      value: 'N',
      meaning: { zh: 'releases：行数，默认 50', en: 'releases: rows, 50 when not given' },
    },
    {
      name: 'timeout',
      value: 'SECONDS',
      meaning: { zh: '操作：最长的时间', en: 'actions: longest time' },
    },
    {
      name: 'queue',
      value: 'SECONDS',
      meaning: {
        zh: '操作：主机离线时保留的秒数',
        en: 'actions: seconds to wait for a host that is offline',
      },
    },
    { name: 'yes', short: 'y', meaning: { zh: 'rollback：不询问', en: 'rollback: do not ask' } },
    RAW_OPTION,
  ],
  run(surroundings) {
    const [name = ''] = surroundings.given.operands;
    const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
    return verb ? runVerb(apps, [name, verb], surroundings) : list(surroundings);
  },
};
