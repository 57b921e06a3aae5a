import type { PollingDictionary } from './zh-polling.ts';

/** The words about live updates that come by polling, in English. */
export const enPolling: PollingDictionary = {
  polling: 'Polling',
  pollingLabel: 'Live updates come by polling: see why',
  pollingTitle: 'Live updates come by polling',
  pollingWhy:
    'A proxy between this browser and the server buffers, cuts or blocks the stream of live events, so the console polls instead. You see the same, a little later and at the cost of more requests.',
  pollingMend: 'If it is nginx, add these lines to the location that leads to OPS, and reload it:',
  copyLines: 'Copy the lines',
  pollingAgain: 'The console tries the stream again every two minutes and goes back to it by itself.',
  understood: 'Got it',
};
