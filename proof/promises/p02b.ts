/**
 * P2b: an accepted command runs at most once also when the client's journal is deleted, truncated, or put back from an
 * older copy. In each round one command runs and one has just ended, its result unacknowledged, when the client dies.
 */
import { rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';

import type { Random } from '@ops/runtime/random.ts';
import { until } from '@ops/testkit/until.ts';

import type { Host } from '../host.ts';
import { executionCounts } from '../ground-truth.ts';
import { atLeast, none, scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { commandProcesses } from '../processes.ts';
import { startStage } from '../stage.ts';
import type { Stage } from '../stage.ts';
import { allFinal, describeEndings, tally } from '../tally.ts';

type Damage = 'deleted' | 'truncated' | 'put back';
const DAMAGES: readonly Damage[] = ['deleted', 'truncated', 'put back'];
const LONG_SECS = 300;
const TIMEOUT_SECS = 600;
const SETTLED_WITHIN_MS = 30_000;
const SHOWN_WITHIN_MS = 10_000;
const NOTICED = /journal is damaged/;

async function damage(host: Host, kind: Damage, older: string, random: Random): Promise<void> {
  if (kind === 'put back') return host.restore(older);
  for (const file of await host.journalFiles()) {
    if (kind === 'deleted') await rm(file, { force: true });
    else await truncate(file, Math.floor((await stat(file)).size * random.unit()));
  }
}

async function comes(condition: () => Promise<boolean>, what: string): Promise<boolean> {
  return until(condition, { within: SHOWN_WITHIN_MS, what }).then(
    () => true,
    () => false,
  );
}

/** @returns the commands of this round */
async function round(stage: Stage, host: Host, kind: Damage, random: Random): Promise<string[]> {
  const { api, truth } = stage;
  const older = join(stage.directory, `older-${host.name}`);
  await rm(older, { recursive: true, force: true });
  await host.stop();
  await host.save(older);
  await host.start();
  const running = await api.mustSend(host.clientId, truth.command({ sleepSecs: LONG_SECS }), {
    timeoutSecs: TIMEOUT_SECS,
  });
  const ran = async (id: string): Promise<boolean> => (await executionCounts(truth)).has(id);
  await until(() => ran(running), { what: 'the long command to run' });
  await until(async () => (await api.result(running)).type === 'ok', { what: 'an answer' });
  // Nothing reaches the server any more: the result stays where it was journalled.
  host.proxy.set({ toServer: 'silent' });
  const ended = await api.mustSend(host.clientId, truth.command(), { timeoutSecs: TIMEOUT_SECS });
  await until(() => ran(ended), { what: 'the short command to run' });
  await host.kill();
  host.proxy.cut();
  host.proxy.set({ toServer: 'pass' });
  await damage(host, kind, older, random);
  await host.start();
  return [running, ended];
}

export const p2b: Proof = {
  id: 'P2b',
  promise: 'at most once also when the journal is deleted, truncated, or put back from an older copy',
  async run({ scale, random, say }) {
    const rounds = scaled(scale, 2, 50);
    await using stage = await startStage({ hosts: DAMAGES.length });
    let noticed = 0;
    let shown = 0;
    const affected = new Set<string>();
    await Promise.all(
      DAMAGES.map(async (kind, index) => {
        const host = stage.hosts[index]!;
        for (let i = 0; i < rounds; i++) {
          const before = await stage.api.journalLostAt(host.clientId);
          for (const id of await round(stage, host, kind, random)) affected.add(id);
          const isShown = async (): Promise<boolean> =>
            (await stage.api.journalLostAt(host.clientId)) !== before;
          if (await comes(isShown, 'the page of the host to tell of it')) shown++;
          if (host.client.program.lines.some((line) => NOTICED.test(line))) noticed++;
        }
      }),
    );
    await stage.allOnline();
    await allFinal(stage, SETTLED_WITHIN_MS);
    const isDead = async (): Promise<boolean> => (await commandProcesses(affected)).length === 0;
    await comes(isDead, 'what ran to be ended');
    const living = await commandProcesses(affected);
    const { findings, commands, byEnding } = await tally(stage);
    say(describeEndings(byEnding));
    const others = commands.filter(
      ({ id, state, error }) =>
        affected.has(id) && state !== 'Completed' && !(error?.startsWith('interrupted') ?? false),
    );
    return [
      ...findings,
      none('affected commands that are neither interrupted nor kept whole', others.length),
      none('processes of these commands that still live', living.length),
      atLeast('truncated journals the log tells of', noticed, '', rounds, 1),
      atLeast('lost journals the page of the host tells of', shown, '', rounds * DAMAGES.length, 1),
    ];
  },
};
