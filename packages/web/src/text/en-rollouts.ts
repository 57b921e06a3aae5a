import type { Format } from './format.ts';
import type { RolloutDictionary } from './zh-rollouts.ts';

function figures(figure: string, one: string, many: string): string {
  return `${figure} ${figure === '1' ? one : many}`;
}
const hosts = (figure: string): string => figures(figure, 'host', 'hosts');

/** Some by name, the others as a number. */
function namedHosts(names: readonly string[], others: number, format: Format): string {
  return `${names.join(', ')}${others > 0 ? ` and ${figures(format.number(others), 'other', 'others')}` : ''}`;
}

/** The words of rollouts and releases in English. */
export const enRollouts: RolloutDictionary = {
  rollouts: 'Rollouts',
  allRollouts: 'All rollouts',
  noRollouts: 'No rollouts yet',
  noRolloutsHelp:
    'On the page “Applications”, select one application on several hosts and choose to update or restart it.',
  rolloutsFailed: 'The rollouts could not be read',
  toApps: 'Go to applications',
  change: 'Change',
  hostsCount: (count, format) => hosts(format.number(count)),
  ofWaves: (wave, all) => `wave ${wave} of ${all}`,
  startedBy: 'By',
  startedWhen: 'Started',
  progressOf: (done, all) => `${done} of ${all} done`,
  olderRollouts: 'Earlier ones',
  rolloutsOf: (app) => `Rollouts of ${app}`,
  state: 'State',
  progress: 'Progress',

  // what is done
  workUpdate: (app, version) => `Update ${app} to ${version}`,
  workStart: (app) => `Start ${app}`,
  workStop: (app) => `Stop ${app}`,
  workRestart: (app) => `Restart ${app}`,

  // states
  rolloutRunning: 'Under way',
  rolloutPaused: 'Paused',
  rolloutHeld: 'Held at the gate',
  rolloutStopping: 'Stopping',
  rolloutRollingBack: 'Rolling back',
  rolloutSucceeded: 'Succeeded',
  rolloutStopped: 'Stopped',
  rolloutRolledBack: 'Rolled back',
  rolloutRollbackFailed: 'Not wholly rolled back',
  hostWaiting: 'Waiting',
  hostChanging: 'Changing',
  hostChanged: 'Watched',
  hostHealthy: 'Healthy',
  hostFailed: 'Failed',
  hostSkipped: 'Skipped',
  hostLeft: 'Not changed',
  hostRollingBack: 'Rolling back',
  hostRolledBack: 'Rolled back',
  hostRollbackFailed: 'Roll-back failed',
  waveWaiting: 'Waiting',
  waveChanging: 'Changing',
  waveSoaking: 'Soaking',
  wavePassed: 'Passed',
  waveFailed: 'Not passed',

  // reasons
  reasonOffline: 'client offline',
  reasonNoApp: 'does not have the app',
  reasonUpToDate: 'has this version already',
  reasonRefused: 'host does not allow it',
  reasonCommand: 'command failed',
  reasonStatus: 'wrong service state',
  reasonRestarts: 'restarted too often',
  reasonReading: 'reading too high',

  // what a state means
  heldHelp: (failed, allowed) =>
    `Failed: ${hosts(failed)}, more than the ${allowed} allowed. It is held: nothing new starts, and what was changed stays. Look at why, then resume, stop or roll back.`,
  pausedHelp: (who) => `${who} paused it: nothing new starts, what is being changed goes on to its end.`,
  stoppingHelp: (who) => `${who} stopped it: it ends when the hosts being changed have ended.`,
  stoppedHelp: (who) => `${who} stopped it: hosts not begun were not changed, those changed stay so.`,
  rolledBackHelp: 'Too many hosts failed, so it was rolled back: each host to the version it had before.',
  rolledBackByHelp: (who) => `${who} rolled it back: each host to the version it had before.`,
  rollbackFailedHelp:
    'Some hosts could not be rolled back, see the list below. Once that is mended, roll back again.',

  // one rollout
  rolloutMissing: 'There is no such rollout',
  rolloutMissingHelp: (id) => `No rollout has the id ${id}. It may be older than what is kept.`,
  rolloutFailed: 'The rollout could not be read',
  track: 'Waves',
  waveName: (number) => `Wave ${number}`,
  soakLeft: (time) => `${time} of soak left`,
  soakFor: (span) => `Soak ${span}`,
  noSoak: 'No soak',
  gate: 'Gate',
  gateStatus: (status) => `service stays ${status.toLowerCase()}`,
  gateNoStatus: 'service state not looked at',
  gateRestarts: (count) => `process restarts at most ${count} times`,
  gateReading: (reading, above) => `${reading} at most ${above} above unchanged hosts`,
  gateFailures: (count) => `${hosts(count)} may fail`,
  onFailureHold: 'one more, and it is held',
  onFailureRollback: 'one more, and it is rolled back',
  readingField: 'Reading',
  changedHosts: 'Changed',
  unchangedHosts: 'Unchanged',
  nothingToCompare: 'nothing to compare with',
  findings: 'Seen at the gate',
  readingCpu: 'CPU',
  readingLoad: 'Load',
  readingMemory: 'Memory',
  readingSwap: 'Swap',
  readingDisk: 'Disk',
  percentPoints: (value) => `${value} points`,

  // hosts of a rollout
  hostsOfRollout: 'Hosts',
  wave: 'Wave',
  allStates: 'Any state',
  allWaves: 'All waves',
  hostState: 'State',
  versionChange: 'Version',
  whyAndOutput: 'Why, and output',
  findHost: 'Find a host name',
  noHostMatches: 'No host matches',
  outputOf: (number) => `Output ${number}`,
  outputOnly: 'Output',

  // orders
  pause: 'Pause',
  resume: 'Resume',
  stop: 'Stop',
  rollBack: 'Roll back',
  pauseTitle: 'Pause this rollout?',
  pauseWords: (changing) =>
    `Being changed, and going on to the end: ${hosts(changing)}. After that nothing new starts until it is resumed.`,
  resumeTitle: 'Resume this rollout?',
  resumeWords: (waiting) => `It goes on with the ${hosts(waiting)} that are left.`,
  resumeHeldWords: (failed, waiting) =>
    `The failures so far (${hosts(failed)}) are accepted: it goes on with what is left of the wave, its gate and the next. Left to change: ${hosts(waiting)}.`,
  stopTitle: 'Stop this rollout?',
  stopWords: (waiting, changing, changed) =>
    `Not begun, and never changed: ${hosts(waiting)}. Being changed, and going on to the end: ${hosts(changing)}. Changed, and staying so: ${hosts(changed)}. It cannot be resumed then, but still be rolled back.`,
  rollBackTitle: 'Roll this rollout back?',
  rollBackWords: (app, changed, waiting) =>
    `${app} goes back to the version each host had before. Changed, and taken back: ${hosts(changed)}. Not begun, and never changed: ${hosts(waiting)}.`,
  rollBackRestartWords: 'The app is restarted after that.',

  // the form
  newRollout: (app) => `Roll out ${app}`,
  whatToDo: 'What changes',
  targetVersion: 'Version',
  versionHint: 'For example v1.2.0',
  seenVersions: 'Seen on hosts',
  seenOn: (version, count) => `${version} · ${hosts(count)}`,
  restartAfter: 'Restart the app after its update',
  restartAfterHelp: 'Without it, what runs is still the old version.',
  manyStart: 'Runs the start script on each host and checks that the process is there.',
  manyStop: 'Runs the stop script on each host and waits for the process to end. The service goes down.',
  manyRestart: 'Stops and starts it on each host. The service is down for a moment.',
  waves: 'Waves',
  wavesHelp: 'Numbers, shares or “rest”, with commas between them.',
  wavesWrong: (part) =>
    part === ''
      ? 'From 1 to 20 waves, for example 1, 10%, rest'
      : `“${part}” is not understood: a number, a share, or “rest” at the end`,
  rest: 'rest',
  allHosts: (count, format) =>
    `All ${hosts(format.number(count))} that have the application; those that are offline are skipped.`,
  presetDefault: 'One, a tenth, rest',
  presetTwo: 'One, then all',
  presetOnce: 'All at once',
  resolvedWaves: (counts) => `${counts.join(' → ')} hosts`,
  gateSummary: (parts) => parts.join(', '),
  soakField: 'Soak (seconds)',
  soakHelp: 'Watched this long after each wave, before the next.',
  statusField: 'The app must be',
  statusAny: 'Not looked at',
  restartsField: 'Restarts allowed',
  restartsHelp: 'Of its process on one host, while it is watched.',
  failuresField: 'Hosts that may fail',
  failuresHelp: 'One more, and it is held or rolled back.',
  onFailureField: 'When too many fail',
  holdChoice: 'Hold and wait for somebody',
  rollbackChoice: 'Roll back by itself',
  concurrencyField: 'Hosts at once',
  concurrencyHelp: 'Within a wave, at most.',
  timeoutField: 'Time limit of a step (seconds)',
  checks: 'Readings',
  checksHelp: 'How far a changed host may be above the average of the hosts not changed yet.',
  addCheck: 'Add a check',
  removeCheck: (reading) => `Remove the check of ${reading}`,
  maxAbove: 'At most above',
  badNumber: (min, max) => `A whole number from ${min} to ${max}`,
  options: 'Gate and options',
  plan: 'What will happen',
  planning: 'Looking …',
  planNeedsTargets: 'Choose hosts.',
  planNeedsVersion: 'Say which version.',
  planNobody: 'No host would be changed.',
  planLine: (all, waves) => `${all} in ${figures(waves, 'wave', 'waves')}`,
  fromTo: (from, to, count) => `${from} → ${to}: ${hosts(count)}`,
  unknownVersion: 'unknown version',
  skippedHosts: (reason, all) => `Skipped (${reason}): ${all}`,
  unknownHosts: (count) => `No longer there: ${hosts(count)}`,
  namedHosts,
  hostByHost: 'Host by host',
  firstHosts: (shown, all) => `The first ${shown} of ${all}.`,
  begin: 'Begin…',
  beginTitle: (work, all) => `${work} on ${all}?`,
  beginConfirm: 'Begin rollout',
  beginUncertain:
    'No answer came. Pressing again is safe: the server takes it as the same submission and does not do it twice.',

  // releases
  releasesFailed: 'The releases could not be read',
  noReleases: 'No releases yet',
  noReleasesHelp: 'They are recorded once the host tells a version of the app.',
  releasedWhen: 'When',
  releasedBy: 'By',
  releaseKind: 'How',
  outcome: 'Outcome',
  details: 'Details',
  kindFound: 'Found',
  kindUpdate: 'Update',
  kindRollback: 'Roll-back',
  kindFoundHelp: 'It was not updated from here: the client found the version changed.',
  releaseRunning: 'Under way',
  releaseSucceeded: 'Succeeded',
  releaseFailed: 'Failed',
  current: 'Current',
  before: (version) => `before: ${version}`,
  openOutput: 'Output',
  openRollout: 'Rollout',
  rollBackTo: (version) => `Roll back to ${version}`,
  rollBackAsk: (app, host, from, to) =>
    `On host ${host}, ${app} goes from ${from} back to ${to} (runs ${app}.sh update ${to}).`,
  noRollback: 'There is no earlier version to go back to.',
};
