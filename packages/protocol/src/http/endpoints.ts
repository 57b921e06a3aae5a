import { listApps, manageService, updateApp } from './apps.ts';
import { changePassword, checkAuth, keepAlive, login, logout } from './auth.ts';
import {
  createBatch,
  exportBatch,
  getBatch,
  listBatches,
  listBatchHosts,
  previewBatch,
  rerunBatch,
  stopBatch,
} from './batches.ts';
import {
  cancelCommand,
  checkCommand,
  commandOutput,
  commandResult,
  downloadOutput,
  listCommands,
  predefinedCommands,
  sendCommand,
} from './commands.ts';
import { forgetClient, getClient, listClients, listSamples } from './clients.ts';
import type { Endpoint } from './endpoint.ts';
import {
  createToken,
  downloadFile,
  getEnrolment,
  installScript,
  listTokens,
  orderNewIdentity,
  revokeKey,
  revokeToken,
} from './enrolment.ts';
import { events, pollEvents } from './events.ts';
import { docs, health, metrics, openapi } from './health.ts';
import { listReleases, rollBackApp } from './releases.ts';
import {
  createRollout,
  getRollout,
  listRolloutHosts,
  listRollouts,
  orderRollout,
  previewRollout,
} from './rollouts.ts';

/** Every path the server answers, apart from the files of the console. */
export const ENDPOINTS: readonly Endpoint[] = [
  login,
  checkAuth,
  logout,
  changePassword,
  keepAlive,
  listClients,
  getClient,
  forgetClient,
  listSamples,
  orderNewIdentity,
  revokeKey,
  getEnrolment,
  listTokens,
  createToken,
  revokeToken,
  installScript,
  downloadFile,
  sendCommand,
  commandResult,
  cancelCommand,
  listCommands,
  commandOutput,
  downloadOutput,
  predefinedCommands,
  checkCommand,
  previewBatch,
  createBatch,
  listBatches,
  getBatch,
  listBatchHosts,
  stopBatch,
  rerunBatch,
  exportBatch,
  listApps,
  manageService,
  updateApp,
  listReleases,
  rollBackApp,
  previewRollout,
  createRollout,
  listRollouts,
  getRollout,
  listRolloutHosts,
  orderRollout,
  events,
  pollEvents,
  health,
  metrics,
  openapi,
  docs,
];
