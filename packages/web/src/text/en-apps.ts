import type { AppDictionary } from './zh-apps.ts';

function figures(figure: string, one: string, many: string): string {
  return `${figure} ${figure === '1' ? one : many}`;
}

/** The words of the page of applications, in English. */
export const enApps: AppDictionary = {
  appsFailed: 'The applications cannot be read',
  appsShownOf: (shown, total) => `${shown} of ${total} apps`,
  noAppMatches: 'No application matches',
  moreApps: 'Show more',

  filterByClient: 'Client',
  filterByName: 'Application name',
  filterByConnection: 'Connection',
  filterByService: 'Service state',
  anyClient: 'All clients',
  anyConnection: 'Any connection',
  failing: 'Failing',
  anyService: 'Any service state',

  noApps: 'No applications yet',
  noAppsHelp:
    'A client lists what is in its directory of applications (/tmp/apps unless configured). Make a test application on any host:',
  noAppsNoHosts:
    'Connect a client first, as the page “Systems” shows. Then make a test application on its host:',
  appsAppear: 'It appears here by itself; the client need not be restarted.',

  readonlyTag: 'Read-only',
  viewList: 'List',
  viewGrid: 'Grid',
  gridOf: 'Hosts by applications',
  versionsCount: (count, format) => figures(format.number(count), 'version', 'versions'),
  commitsDiffer: 'Commits differ',
  onlyDrift: (count) => `Differing ${count}`,
  onlyDriftHelp: 'Only apps whose version or commit is not that of most hosts',

  selection: 'Selection',
  chooseApp: (app, host) => `Select ${app} on ${host}`,
  chooseHost: (host) => `Select all apps on ${host}`,
  chooseColumn: (app) => `Select ${app} on all hosts`,
  chosenPlaces: (count, format) => `${format.number(count)} selected`,
  onHosts: (named, others, format) =>
    `on ${named.join(', ')}${others > 0 ? ` and ${figures(format.number(others), 'other host', 'other hosts')}` : ''}`,
  onlyThisApp: (app) => `Select only ${app}`,
  oneAppAtATime: 'One application at a time: choose one of them.',
  clearSelection: 'Clear selection',

  processNumber: (pid) => `PID ${pid}`,
  lastKnown: (status) => `${status} (before it went offline)`,
  noteForeignPid: 'Pid file names another process',
  noteStalePid: 'Pid file is out of date',
  noteZombie: 'Its process is a zombie',
  noteNotRestarted: 'Updated, not restarted',
  noteUnsafe: 'Unsafe: others could change it',
  noteUnreadable: 'Partly unreadable',
  driftVersion: (most) => `Most hosts have ${most}`,
  driftVersions: 'Hosts have different versions',
  driftCommit: 'Same version, other commit',

  appActions: 'Actions',
  actionsOf: (app, host) => `Actions on ${app} (${host})`,
  busyCannotAct: (what, who) => `${what} (${who}). Nothing else can be done until it is over.`,
  actionRuns: (action) => `${action} under way`,
  actionWaits: (action) => `${action} waiting`,
  watchOutput: 'Watch its output',
  releases: 'Releases',
  appOn: (app, host) => `${app} · ${host}`,
  viewerCannotAct: 'Viewers cannot act on applications.',
  readonlyCannotAct: 'This host is read-only and carries out nothing.',
  offlineCannotAct: 'The client is offline.',
  unsafeCannotAct: 'Others could change the directory or the script of this app, so the host refuses.',
  actionStart: 'Start',
  actionStop: 'Stop',
  actionRestart: 'Restart',
  actionStatus: 'Check status',
  actionUpdate: 'Update',
  actionUpdateAsk: 'Update…',
  askTitle: (action, app, host) => `${action}: ${app} on ${host}?`,
  askStart: (app, host) => `Runs ${app}.sh start on host ${host}, then checks that its process is there.`,
  askStop: (app, host) =>
    `Runs ${app}.sh stop on host ${host} and waits for its process to end. The service goes down.`,
  askRestart: (app, host) =>
    `Runs ${app}.sh stop on host ${host}, waits for its process to end, then runs ${app}.sh start. The service is down for a moment.`,
  askStatus: (app, host) =>
    `Looks at the process file and the process of ${app} on host ${host}. Nothing changes.`,
  askUpdate: (app, host) => `Runs ${app}.sh update on host ${host} with the version below.`,
  newVersion: 'New version',
  presentVersion: (version) => `Now: ${version}`,
  wrongVersion: 'Begins with a letter or digit; letters, digits and . _ + - only; at most 64 characters',
};
