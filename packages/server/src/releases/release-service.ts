/** What keeps the record of releases true: see releases.ts. */
import { APP_VERSION_PATTERN } from '@ops/protocol/domain/app.ts';
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import { isFinal } from '@ops/protocol/domain/command.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { OpsError } from '@ops/protocol/errors.ts';
import { sleep, type Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { Commands } from '../commands/commands.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import { createBehind } from './behind.ts';
import { createReleaseStore } from './release-store.ts';
import { MAX_RELEASES_KEPT, type Releases } from './releases.ts';

export interface ReleaseNeeds {
  readonly database: Database<Tables>;
  readonly commands: Pick<Commands, 'onChange' | 'summary'>;
  readonly fleet: Pick<Fleet, 'ids' | 'appsOf' | 'onChange'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxKept?: number;
}

export interface RunningReleases extends Releases {
  /** Reads what is known, and what ended meanwhile. After commands and fleet were loaded, before clients come. */
  load(): Promise<void>;
  /** Stores what waits, as far as the disk takes it. */
  stop(): Promise<void>;
  /** Entries that wait to be stored. */
  readonly waiting: number;
}

/** An update of ours that is not over: of one application there is at most one. */
interface Underway {
  readonly commandId: string;
  readonly version: string;
}

const keyOf = (clientId: string, appName: string): string => `${clientId} ${appName}`;

export function createReleases(needs: ReleaseNeeds): RunningReleases {
  const { database, commands, fleet, clock, log, maxKept = MAX_RELEASES_KEPT } = needs;
  const store = createReleaseStore(database, maxKept);
  const behind = createBehind({ store, clock, log });
  /** The version of the newest release that succeeded, by client and application. */
  const known = new Map<string, Map<string, string>>();
  const underway = new Map<string, Underway>();
  const stopListening: (() => void)[] = [];

  function setKnown(clientId: string, appName: string, version: string): void {
    const apps = known.get(clientId);
    if (apps) apps.set(appName, version);
    else known.set(clientId, new Map([[appName, version]]));
  }

  function seen(clientId: string, hostname: string, apps: readonly AppInfo[]): void {
    const before = known.get(clientId);
    for (const { name, version, branch = null, commit = null } of apps) {
      const versionBefore = before?.get(name) ?? null;
      if (version === undefined || version === versionBefore) continue;
      if (underway.get(keyOf(clientId, name))?.version === version) continue;
      setKnown(clientId, name, version);
      behind.found({
        clientId,
        hostname,
        appName: name,
        version,
        versionBefore,
        branch,
        commit,
        atMs: clock.wall(),
      });
    }
  }

  function look(clientId: string): void {
    const client = fleet.appsOf(clientId);
    if (client) seen(clientId, client.hostname, client.apps);
  }

  function ended(summary: CommandSummary): void {
    const { id, client_id: clientId, state, exit_code, finished_at_ms } = summary;
    const appName = summary.app_name ?? '';
    const key = keyOf(clientId, appName);
    const succeeded = state === 'Completed' && exit_code === 0;
    const { commandId, version } = underway.get(key) ?? {};
    if (commandId === id) underway.delete(key);
    if (succeeded && commandId === id) setKnown(clientId, appName, version!);
    const app = fleet.appsOf(clientId)?.apps.find(({ name }) => name === appName);
    const shown = succeeded && app?.version === version ? app : undefined;
    behind.ended({
      commandId: id,
      clientId,
      appName,
      succeeded,
      atMs: finished_at_ms ?? clock.wall(),
      branch: shown?.branch ?? null,
      commit: shown?.commit ?? null,
    });
    // It failed, and left another version all the same.
    if (!succeeded) look(clientId);
  }

  async function endedMeanwhile(): Promise<void> {
    for (const release of await store.running()) {
      const { command_id: commandId, client_id: clientId, app_name: appName, version } = release;
      if (commandId === null) continue;
      underway.set(keyOf(clientId, appName), { commandId, version });
      const summary = await commands.summary(commandId);
      if (summary && isFinal(summary.state)) ended(summary);
      if (summary) continue;
      // The command is not kept any more: nobody knows how it ended.
      underway.delete(keyOf(clientId, appName));
      const end = {
        commandId,
        clientId,
        appName,
        succeeded: false,
        atMs: clock.wall(),
        branch: null,
        commit: null,
      };
      behind.ended(end);
    }
  }

  return {
    async load() {
      await store.forgetUnknown();
      for (let after = ''; ; await sleep(clock, 0)) {
        const page = await store.newest(after);
        for (const { clientId, appName, version } of page.known) setKnown(clientId, appName, version);
        if (page.next === undefined) break;
        after = page.next;
      }
      stopListening.push(
        commands.onChange(({ summary }) => {
          if (summary.kind === 'update' && isFinal(summary.state)) ended(summary);
        }),
        fleet.onChange((change) => {
          if (change.kind === 'apps') look(change.id);
          if (change.kind !== 'forgotten') return;
          known.delete(change.id);
          behind.forget(change.id);
        }),
      );
      await endedMeanwhile();
      // What was seen and not stored before the server ended, and what was there before releases were recorded.
      for (const id of fleet.ids({})) look(id);
    },

    async stop() {
      for (const end of stopListening.splice(0)) end();
      await behind.stop();
    },

    get waiting() {
      return behind.waiting;
    },

    async recorded(draft, make) {
      const key = keyOf(draft.clientId, draft.appName);
      let mine: string | undefined;
      // What was found before comes before it.
      await behind.flush();
      try {
        return await make((commandIds) => {
          const [commandId] = commandIds;
          if (commandId === undefined || commandIds.length > 1)
            throw new TypeError('one release, one command');
          mine = commandId;
          underway.set(key, { commandId, version: draft.version });
          return [store.insert(draft, commandId, clock.wall())];
        });
      } catch (error) {
        if (mine !== undefined && underway.get(key)?.commandId === mine) underway.delete(key);
        throw error;
      }
    },

    async list(filter, { limit, cursor }) {
      await behind.flush();
      const rows = await store.page(filter, cursor === undefined ? undefined : numberOf(cursor), limit + 1);
      const page = rows.slice(0, limit);
      const releases = page.map(({ release, isNewest }) => {
        const apps = isNewest ? fleet.appsOf(release.client_id)?.apps : undefined;
        const app = apps?.find(({ name }) => name === release.app_name);
        return { ...release, current: app?.version === release.version };
      });
      return { releases, nextCursor: rows.length > limit ? String(page.at(-1)!.release.number) : null };
    },

    async versionBefore(clientId, appName, version) {
      await behind.flush();
      const found = await store.versionBefore(clientId, appName, version);
      // A version that is no name of one cannot be asked for.
      return found !== undefined && APP_VERSION_PATTERN.test(found) ? found : undefined;
    },

    ofCommand: (commandId) => store.ofCommand(commandId),
  };
}

/** @throws OpsError `invalid_request` for a cursor that is not ours */
function numberOf(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new OpsError('invalid_request', { field: 'query.cursor', reason: 'has the wrong form' });
}
