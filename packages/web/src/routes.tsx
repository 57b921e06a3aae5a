import { health } from '@ops/protocol/http/health.ts';
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';

import type { Api } from './api/client.ts';
import { readOrderSearch, readTargets } from './commands/order-address.ts';
import { readAppsSearch } from './pages/apps/apps-search.ts';
import { readBatchSearch } from './pages/batch/batch-search.ts';
import { CrashPage } from './pages/crash/CrashPage.tsx';
import { readHostSearch } from './pages/client/host-search.ts';
import { readHistorySearch } from './pages/history/history-search.ts';
import { NotFoundPage } from './pages/not-found/NotFoundPage.tsx';
import { readRolloutPageSearch } from './pages/rollout/rollout-search.ts';
import { readRolloutsSearch } from './pages/rollouts/rollouts-search.ts';
import { readFleetSearch } from './pages/system/fleet-search.ts';
import { readUpgradePageSearch } from './pages/upgrade/upgrade-search.ts';
import { SystemPage } from './pages/system/SystemPage.tsx';
import { paths } from './paths.ts';
import { readRolloutSearch } from './rollouts/rollout-address.ts';
import { Gate } from './shell/Gate.tsx';

/** Plain query strings: `?q=web&status=late`, where the router would write JSON. */
function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

function stringifySearch(search: Record<string, unknown>): string {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') out.set(name, value);
  }
  return out.size > 0 ? `?${out.toString()}` : '';
}

/**
 * A page in a file of its own. When the file cannot be had although the server answers, it is gone with an update, and
 * the router loads the console anew; when the server is away that would throw away what is on the screen.
 */
function page<M extends Record<string, unknown>, const N extends keyof M & string>(
  api: Api,
  load: () => Promise<M>,
  name: N,
) {
  return lazyRouteComponent(
    () =>
      load().catch(async (missing: unknown) => {
        await api.call(health, {});
        throw missing;
      }),
    name,
  );
}

/** @param basepath where the console lies */
export function createConsoleRouter(api: Api, basepath: string) {
  const root = createRootRoute({ component: Gate, notFoundComponent: NotFoundPage });
  const at = <const P extends string>(path: P) => ({ getParentRoute: () => root, path });
  const routeTree = root.addChildren([
    createRoute({
      ...at(paths.system),
      validateSearch: readFleetSearch,
      // The page that is opened first comes with the start.
      component: SystemPage,
    }),
    createRoute({
      ...at(paths.client),
      validateSearch: readHostSearch,
      component: page(api, () => import('./pages/client/ClientPage.tsx'), 'ClientPage'),
    }),
    createRoute({
      ...at(paths.addHost),
      component: lazyRouteComponent(() => import('./pages/add-host/AddHostPage.tsx'), 'AddHostPage'),
    }),
    createRoute({
      ...at(paths.apps),
      validateSearch: readAppsSearch,
      component: page(api, () => import('./pages/apps/AppsPage.tsx'), 'AppsPage'),
    }),
    createRoute({
      ...at(paths.releases),
      component: page(api, () => import('./pages/releases/ReleasesPage.tsx'), 'ReleasesPage'),
    }),
    createRoute({
      ...at(paths.rolloutForm),
      validateSearch: readRolloutSearch,
      component: page(api, () => import('./pages/rollout-form/RolloutFormPage.tsx'), 'RolloutFormPage'),
    }),
    createRoute({
      ...at(paths.rollouts),
      validateSearch: readRolloutsSearch,
      component: page(api, () => import('./pages/rollouts/RolloutsPage.tsx'), 'RolloutsPage'),
    }),
    createRoute({
      ...at(paths.rollout),
      validateSearch: readRolloutPageSearch,
      component: page(api, () => import('./pages/rollout/RolloutPage.tsx'), 'RolloutPage'),
    }),
    createRoute({
      ...at(paths.upgrades),
      validateSearch: readTargets,
      component: page(api, () => import('./pages/upgrades/UpgradesPage.tsx'), 'UpgradesPage'),
    }),
    createRoute({
      ...at(paths.upgrade),
      validateSearch: readUpgradePageSearch,
      component: page(api, () => import('./pages/upgrade/UpgradePage.tsx'), 'UpgradePage'),
    }),
    createRoute({
      ...at(paths.commands),
      validateSearch: readOrderSearch,
      component: page(api, () => import('./pages/commands/CommandsPage.tsx'), 'CommandsPage'),
    }),
    createRoute({
      ...at(paths.history),
      validateSearch: readHistorySearch,
      component: page(api, () => import('./pages/history/HistoryPage.tsx'), 'HistoryPage'),
    }),
    createRoute({
      ...at(paths.run),
      component: page(api, () => import('./pages/run/RunPage.tsx'), 'RunPage'),
    }),
    createRoute({
      ...at(paths.batch),
      validateSearch: readBatchSearch,
      component: page(api, () => import('./pages/batch/BatchPage.tsx'), 'BatchPage'),
    }),
    createRoute({ ...at(paths.login) }),
    createRoute({
      ...at(paths.password),
      component: page(api, () => import('./pages/password/PasswordPage.tsx'), 'PasswordPage'),
    }),
    createRoute({
      ...at(paths.docs),
      component: page(api, () => import('./pages/docs/DocsPage.tsx'), 'DocsPage'),
    }),
  ]);
  return createRouter({
    routeTree,
    basepath,
    parseSearch,
    stringifySearch,
    defaultErrorComponent: CrashPage,
    defaultPreload: 'intent',
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
