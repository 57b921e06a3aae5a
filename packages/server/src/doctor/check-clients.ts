/** What the server has written down of its clients: doubled ids, clocks, versions. */
import { CLIENT_SKEW_SECS } from '@ops/protocol/wire/limits.ts';
import { fault, ok, warning } from '@ops/runtime/doctor/finding.ts';
import type { Check, Finding } from '@ops/runtime/doctor/finding.ts';

import type { ServerFacts } from './facts.ts';
import type { ClientRow } from './look-at-database.ts';

/** More of a kind than anybody reads. */
const MAX_NAMED = 5;
/** A clock this far off still works, and will soon not. */
export const SKEW_NOTICED_MS = 5_000;

const clientsOf = ({ databases }: ServerFacts): readonly ClientRow[] =>
  databases.flatMap((each) => (each.kind === 'read' ? each.clients : []));

const named = ({ hostname, id }: ClientRow): string => `${hostname} (${id})`;

function judgeConflicts(facts: ServerFacts): Finding[] {
  const doubled = clientsOf(facts).filter(({ conflict }) => conflict);
  if (doubled.length === 0) return [ok('no client id is used twice', '没有重复的客户端 ID')];
  return doubled
    .slice(0, MAX_NAMED)
    .map((client) =>
      fault(
        `two hosts use the client id of ${named(client)}: give the refused one, most likely the copy, an id of its own (as an administrator)`,
        `两台主机使用同一个客户端 ID：${named(client)}；请由管理员让被拒绝的那台（多半是副本）换用新 ID`,
        `opsctl identity new ${client.id}`,
      ),
    );
}

function judgeClocks(facts: ServerFacts): Finding[] | undefined {
  const connected = clientsOf(facts).filter((client) => client.connected && client.clockOffsetMs !== null);
  if (connected.length === 0) return undefined;
  const off = connected.filter(({ clockOffsetMs }) => Math.abs(clockOffsetMs!) > SKEW_NOTICED_MS);
  if (off.length === 0)
    return [ok(`the clocks of ${connected.length} clients agree`, `${connected.length} 个客户端的时钟一致`)];
  return off.slice(0, MAX_NAMED).map((client) => {
    const secs = Math.round(client.clockOffsetMs! / 1000);
    const say = Math.abs(secs) > CLIENT_SKEW_SECS ? fault : warning;
    return say(
      `the clock of ${named(client)} is ${secs} s off; beyond ${CLIENT_SKEW_SECS} s it is not let in`,
      `${named(client)} 的时钟相差 ${secs} 秒；超过 ${CLIENT_SKEW_SECS} 秒将无法通过认证`,
      'sudo timedatectl set-ntp true',
    );
  });
}

function judgeVersions(facts: ServerFacts): Finding | undefined {
  const connected = clientsOf(facts).filter((client) => client.connected);
  if (connected.length === 0) return undefined;
  const others = connected.filter(({ version }) => version !== facts.version);
  if (others.length === 0)
    return ok(
      `${connected.length} clients are of version ${facts.version}`,
      `${connected.length} 个客户端的版本都是 ${facts.version}`,
    );
  const list = others
    .slice(0, MAX_NAMED)
    .map((client) => `${named(client)} ${client.version}`)
    .join(', ');
  return warning(
    `${others.length} of ${connected.length} clients are not of version ${facts.version}: ${list}`,
    `${connected.length} 个客户端中有 ${others.length} 个的版本不是 ${facts.version}：${list}`,
    `ops-client --version`,
  );
}

export const CLIENT_CHECKS: readonly Check<ServerFacts>[] = [
  { id: 'duplicate-id', run: judgeConflicts },
  { id: 'clock', run: judgeClocks },
  { id: 'client-versions', run: judgeVersions },
];
