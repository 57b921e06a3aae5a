/** Rollouts for who follows them: wave by wave. */
import { ROLLOUT_ORDERS } from '@ops/protocol/domain/rollout.ts';
import {
  getRollout,
  listRolloutHosts,
  MAX_ROLLOUT_HOSTS_PAGE,
  orderRollout,
} from '@ops/protocol/http/rollouts.ts';

import { createCourses } from './course.ts';
import { rolloutStep, rolloutText, waveOf, waveResult } from './rollout-words.ts';
import { allPages } from './server/all-pages.ts';
import { isResting, watchRollout } from './server/watch-rollout.ts';

export const rolloutCourses = createCourses(
  {
    name: 'rollout',
    command: 'rollout',
    goesOn: { zh: '发布仍在进行', en: 'The rollout goes on' },
    aims: { pause: 'paused', resume: 'succeeded', stop: 'stopped', rollback: 'rolled_back' },
    trouble: new Set(['failed', 'rollback_failed', 'rolled_back', 'left']),
    get: async (server, id) => (await server.call(getRollout, { params: { id } })).rollout,
    order: (server, id, order) => server.call(orderRollout, { params: { id }, body: { order } }),
    watch: watchRollout,
    hosts: (server, id) =>
      allPages((offset) =>
        server.call(listRolloutHosts, { params: { id }, query: { offset, limit: MAX_ROLLOUT_HOSTS_PAGE } }),
      ),
    step: (rollout) => rolloutStep(rollout, isResting(rollout)),
    news: (rollout) =>
      new Map(
        rollout.waves.flatMap((wave, index) =>
          wave.state === 'passed' || wave.state === 'failed'
            ? [[index, `${waveOf(rollout, index)} ${wave.state}: ${waveResult(wave)}`]]
            : [],
        ),
      ),
    text: (rollout, hosts, { language }) => rolloutText(rollout, hosts, language),
    isWhole: () => true,
  },
  ROLLOUT_ORDERS,
);
