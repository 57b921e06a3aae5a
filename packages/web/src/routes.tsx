import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';

import { readOrderSearch } from './commands/order-address.ts';
import { readAppsSearch } from './pages/apps/apps-search.ts';
import { readBatchSearch } from './pages/batch/batch-search.ts';
import { CrashPage } from './pages/crash/CrashPage.tsx';
import { readHistorySearch } from './pages/history/history-search.ts';
import { NotFoundPage } from './pages/not-found/NotFoundPage.tsx';
import { readRolloutPageSearch } from './pages/rollout/rollout-search.ts';
import { readRolloutsSearch } from './pages/rollouts/rollouts-search.ts';
import { readFleetSearch } from './pages/system/fleet-search.ts';
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

/** @param basepath where the console lies */
export function createConsoleRouter(basepath: string) {
  const root = createRootRoute({ component: Gate, notFoundComponent: NotFoundPage });
  const at = <const P extends string>(path: P) => ({ getParentRoute: () => root, path });
  const routeTree = root.addChildren([
    createRoute({
      ...at(paths.system),
      validateSearch: readFleetSearch,
      component: lazyRouteComponent(() => import('./pages/system/SystemPage.tsx'), 'SystemPage'),
    }),
    createRoute({
      ...at(paths.client),
      component: lazyRouteComponent(() => import('./pages/client/ClientPage.tsx'), 'ClientPage'),
    }),
    createRoute({
      ...at(paths.apps),
      validateSearch: readAppsSearch,
      component: lazyRouteComponent(() => import('./pages/apps/AppsPage.tsx'), 'AppsPage'),
    }),
    createRoute({
      ...at(paths.releases),
      component: lazyRouteComponent(() => import('./pages/releases/ReleasesPage.tsx'), 'ReleasesPage'),
    }),
    createRoute({
      ...at(paths.rolloutForm),
      validateSearch: readRolloutSearch,
      component: lazyRouteComponent(
        () => import('./pages/rollout-form/RolloutFormPage.tsx'),
        'RolloutFormPage',
      ),
    }),
    createRoute({
      ...at(paths.rollouts),
      validateSearch: readRolloutsSearch,
      component: lazyRouteComponent(() => import('./pages/rollouts/RolloutsPage.tsx'), 'RolloutsPage'),
    }),
    createRoute({
      ...at(paths.rollout),
      validateSearch: readRolloutPageSearch,
      component: lazyRouteComponent(() => import('./pages/rollout/RolloutPage.tsx'), 'RolloutPage'),
    }),
    createRoute({
      ...at(paths.commands),
      validateSearch: readOrderSearch,
      component: lazyRouteComponent(() => import('./pages/commands/CommandsPage.tsx'), 'CommandsPage'),
    }),
    createRoute({
      ...at(paths.history),
      validateSearch: readHistorySearch,
      component: lazyRouteComponent(() => import('./pages/history/HistoryPage.tsx'), 'HistoryPage'),
    }),
    createRoute({
      ...at(paths.run),
      component: lazyRouteComponent(() => import('./pages/run/RunPage.tsx'), 'RunPage'),
    }),
    createRoute({
      ...at(paths.batch),
      validateSearch: readBatchSearch,
      component: lazyRouteComponent(() => import('./pages/batch/BatchPage.tsx'), 'BatchPage'),
    }),
    createRoute({ ...at(paths.login) }),
    createRoute({
      ...at(paths.password),
      component: lazyRouteComponent(() => import('./pages/password/PasswordPage.tsx'), 'PasswordPage'),
    }),
    createRoute({
      ...at(paths.docs),
      component: lazyRouteComponent(() => import('./pages/docs/DocsPage.tsx'), 'DocsPage'),
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
