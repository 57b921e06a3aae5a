/** The words of the overview in English. */
import type { OverviewDictionary } from './zh-overview.ts';

export const enOverview: OverviewDictionary = {
  atAGlance: 'At a glance',
  runningCommands: 'Running commands',
  runningCommandsHelp: 'See the commands that are not over, those of batches included',
  failingApps: 'Failing apps',
  failingAppsHelp: 'See the applications on online hosts that should run and do not',

  asOf: (time, ago) => `as of ${time}, ${ago}`,

  viewMap: 'Heat map',
  map: 'Heat map of hosts',
  mapHelp: 'Arrow keys move from host to host, Enter opens one.',
  groupBy: 'Group by label',
  noGroup: 'No groups',
  withoutLabel: (key) => `without ${key}`,
  allHosts: 'All hosts',
  shadeBy: 'Show',
  shadeStatus: 'Status',
  hostsCount: (count, format) => `${format.number(count)} ${count === 1 ? 'host' : 'hosts'}`,
  lateCount: (count, format) => `${format.number(count)} late`,
  offlineCount: (count, format) => `${format.number(count)} offline`,
  legend: 'Legend',
  legendShare: 'filled to the share in use',
  legendFrom: (percent) => `≥ ${percent}%`,
  noReading: 'no reading',
  about: (share) => `about ${share}`,
  pointAtHost: 'Point at a host to see more',
};
