/** Upgrades of clients for who follows them. */
import { UPGRADE_ORDERS } from '@ops/protocol/domain/upgrade.ts';
import {
  getUpgrade,
  listUpgradeHosts,
  MAX_UPGRADE_HOSTS_PAGE,
  orderUpgrade,
} from '@ops/protocol/http/upgrades.ts';

import { createCourses } from './course.ts';
import { allPages } from './server/all-pages.ts';
import { isResting, watchUpgrade } from './server/watch-upgrade.ts';
import { say } from './terminal.ts';
import { upgradeStep, upgradeText } from './upgrade-words.ts';

export const upgradeCourses = createCourses(
  {
    name: 'upgrade',
    command: 'upgrades',
    goesOn: { zh: '升级仍在进行', en: 'The upgrade goes on' },
    aims: { pause: 'paused', resume: 'finished', stop: 'stopped' },
    trouble: new Set(['refused', 'failed', 'back', 'expired', 'left']),
    get: async (server, id) => (await server.call(getUpgrade, { params: { id } })).upgrade,
    order: (server, id, order) => server.call(orderUpgrade, { params: { id }, body: { order } }),
    watch: watchUpgrade,
    hosts: (server, id) =>
      allPages((offset) =>
        server.call(listUpgradeHosts, { params: { id }, query: { offset, limit: MAX_UPGRADE_HOSTS_PAGE } }),
      ),
    step: (upgrade) => upgradeStep(upgrade, isResting(upgrade)),
    news({ state, canary: { done, hosts } }, terminal) {
      const line = say(terminal, { zh: `金丝雀主机已完成：${done} 台`, en: `canary done: ${done}` });
      return new Map(state !== 'canary' && done === hosts ? [[0, line]] : []);
    },
    text: (upgrade, hosts, { language }) => upgradeText(upgrade, hosts, language),
    isWhole: ({ state, counts, targets }) => state !== 'finished' || counts.done === targets,
  },
  UPGRADE_ORDERS,
);
