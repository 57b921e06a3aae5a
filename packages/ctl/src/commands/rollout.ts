/** `rollout`: changes an application on many hosts wave by wave, looks at a rollout, and gives it orders. */
import type { AnswerOf } from '@ops/protocol/http/endpoint.ts';
import { createRollout, previewRollout } from '@ops/protocol/http/rollouts.ts';

import { YES_OPTION } from '../command.ts';
import type { Command, Surroundings } from '../command.ts';
import { usageFault } from '../command-line.ts';
import { mayBegin } from '../confirm.ts';
import { Ending, EXIT } from '../exit-status.ts';
import type { ExitStatus } from '../exit-status.ts';
import { rolloutCourses } from '../follow-rollout.ts';
import { changeOf, conditionsOf, ORDER_OPTIONS, wavesOf } from '../rollout-order.ts';
import { previewText } from '../rollout-words.ts';
import { callOnce } from '../server/call-once.ts';
import { selectionOf } from '../target-hosts.ts';
import { say } from '../terminal.ts';
import { checkOptions, runVerb, verbSyntax } from '../verb.ts';

const VERBS = rolloutCourses.verbs;

type Preview = AnswerOf<typeof previewRollout>;

/** Nothing would be changed: good where every host has it already, refused where every host refuses. */
function withoutTargets({ terminal }: Surroundings, { hosts }: Preview): ExitStatus {
  terminal.err(say(terminal, { zh: '没有要变更的主机\n', en: 'Nothing is to be done\n' }));
  const reasons = new Set(hosts.map(({ reason }) => reason));
  if (reasons.size !== 1) return EXIT.failed;
  if (reasons.has('up_to_date')) return EXIT.good;
  return reasons.has('refused') ? EXIT.refused : EXIT.failed;
}

async function begin(surroundings: Surroundings): Promise<ExitStatus> {
  const { terminal, server, given } = surroundings;
  checkOptions(rollout, [...ORDER_OPTIONS.map(({ name }) => name), 'yes'], surroundings);
  const [app, ...names] = given.operands;
  if (app === undefined) throw usageFault('rollout needs APP');
  const change = changeOf(given);
  const conditions = conditionsOf(given);
  const waves = wavesOf(given);
  const selection = await selectionOf(server, {
    selector: given.text('selector'),
    names,
    all: given.flag('all'),
    ways: '-l SELECTOR, --all, or HOST… behind the app',
  });
  const order = { app_name: app, ...change, ...selection, ...waves };

  const preview = await server.call(previewRollout, { body: order });
  if (preview.unknown_ids.length > 0)
    throw new Ending(EXIT.failed, `no host has the id ${preview.unknown_ids.join(', ')}`);
  const told = { app_name: app, action: change.action ?? null, version: change.version ?? null };
  terminal.err(previewText(told, preview, terminal.language));
  if (preview.targets === 0) return withoutTargets(surroundings, preview);
  if (!(await mayBegin(surroundings, 'a rollout'))) return EXIT.failed;

  const made = await callOnce(server, createRollout, { body: { ...order, ...conditions } });
  return rolloutCourses.follow(surroundings, made.rollout_id);
}

export const rollout: Command = {
  name: 'rollout',
  summary: {
    zh: '分批变更应用；查看、暂停、继续、停止、回滚一次发布',
    en: 'change an application wave by wave; show, pause, resume, stop or roll back a rollout',
  },
  operands: `APP [HOST…] | ${verbSyntax(VERBS)}`,
  count: [1, 10_001],
  words: Object.keys(VERBS),
  options: [
    ...ORDER_OPTIONS,
    YES_OPTION,
    {
      name: 'follow',
      short: 'f',
      meaning: {
        zh: 'show、resume、stop、rollback：等到结束',
        en: 'show, resume, stop, rollback: until it is over',
      },
    },
  ],
  async run(surroundings) {
    const { given } = surroundings;
    const [name = ''] = given.operands;
    const isNew = given.flag('to') || given.flag('action');
    const verb = !isNew && Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
    return verb ? runVerb(rollout, [name, verb], surroundings) : begin(surroundings);
  },
};
