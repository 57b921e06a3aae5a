/**
 * Hosts that ended alike, put together by the group key of their commands, largest group first. What a group shows is
 * read from one of its commands, once: all of a group wrote the same bytes.
 */
import { MAX_GROUPS, GROUP_EXCERPT, type BatchGroup } from '@ops/protocol/http/batches.ts';
import type { OutputStream } from '@ops/protocol/domain/command.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { sleep, type Clock } from '@ops/runtime/clock.ts';

import type { Commands } from '../commands/commands.ts';
import type { BatchStore } from './batch-store.ts';
import type { Member } from './members.ts';

/** Host names shown of a group. */
const MAX_HOSTNAMES = 10;
/** Excerpts read in one go, before others have their turn. */
const EXCERPTS_AT_ONCE = 20;

export interface Groups {
  readonly version: number;
  readonly groups: readonly BatchGroup[];
  readonly moreGroups: number;
  readonly moreHosts: number;
  /** What was read, by group key: read again of no group. */
  readonly shown: ReadonlyMap<string, Shown>;
}

type Shown = Omit<BatchGroup, 'key' | 'hosts' | 'hostnames'>;

export interface GroupOfMembers {
  readonly key: string;
  readonly members: readonly Member[];
}

/** Largest first, then in the order of their first hosts. */
export function groupMembers(list: readonly Member[]): readonly GroupOfMembers[] {
  const groups = new Map<string, Member[]>();
  for (const member of list) {
    if (member.groupKey === null) continue;
    const group = groups.get(member.groupKey);
    if (group) group.push(member);
    else groups.set(member.groupKey, [member]);
  }
  return [...groups]
    .map(([key, members]) => ({ key, members }))
    .toSorted((a, b) => b.members.length - a.members.length);
}

/** @param before the groups of an earlier version of the same batch */
export async function readGroups(
  needs: {
    readonly store: Pick<BatchStore, 'summaries'>;
    readonly commands: Pick<Commands, 'output'>;
    readonly clock: Clock;
  },
  {
    list,
    version,
    before,
  }: { readonly list: readonly Member[]; readonly version: number; readonly before: Groups | undefined },
): Promise<Groups> {
  const all = groupMembers(list);
  const first = all.slice(0, MAX_GROUPS);
  const more = all.slice(MAX_GROUPS);
  // Counted before anything is waited for: the groups belong to the version.
  const counted = first.map(({ key, members }) => ({
    key,
    hosts: members.length,
    hostnames: members.slice(0, MAX_HOSTNAMES).map(({ hostname }) => hostname),
    commandId: members[0]!.commandId,
  }));
  const moreHosts = more.reduce((sum, { members }) => sum + members.length, 0);
  const shown = await readShown(needs, counted, before?.shown ?? new Map());
  return {
    version,
    groups: counted.flatMap(({ key, hosts, hostnames }) => {
      const what = shown.get(key);
      return what ? [{ key, hosts, hostnames, ...what }] : [];
    }),
    moreGroups: more.length,
    moreHosts,
    shown,
  };
}

async function readShown(
  { store, commands, clock }: Parameters<typeof readGroups>[0],
  groups: readonly { readonly key: string; readonly commandId: string }[],
  known: ReadonlyMap<string, Shown>,
): Promise<ReadonlyMap<string, Shown>> {
  const unread = groups.filter(({ key }) => !known.has(key));
  const summaries = await store.summaries(unread.map(({ commandId }) => commandId));
  const byId = new Map(summaries.map((summary) => [summary.id, summary]));
  const shown = new Map<string, Shown>();
  let read = 0;
  for (const { key, commandId } of groups) {
    const summary = byId.get(commandId);
    const what = known.get(key) ?? (summary && (await shownOf(summary)));
    if (what) shown.set(key, what);
    if (summary && ++read % EXCERPTS_AT_ONCE === 0) await sleep(clock, 0);
  }
  return shown;

  async function shownOf(summary: CommandSummary): Promise<Shown> {
    return {
      state: summary.state,
      exit_code: summary.exit_code,
      error: summary.error,
      command_id: summary.id,
      stdout_bytes: summary.stdout_bytes,
      stderr_bytes: summary.stderr_bytes,
      stdout: summary.stdout_bytes === 0 ? '' : await excerpt(summary.id, 'stdout'),
      stderr: summary.stderr_bytes === 0 ? '' : await excerpt(summary.id, 'stderr'),
      output_truncated: summary.output_truncated,
    };
  }

  async function excerpt(id: string, stream: OutputStream): Promise<string> {
    const kept = await commands.output(id, stream, 0, GROUP_EXCERPT);
    return kept ? beginningOf(kept.bytes) : '';
  }
}

/** Invalid UTF-8 is U+FFFD; a character that is cut at the end is left out. */
export function beginningOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true });
}
