/**
 * Paths of the console's pages. The server answers each with the same document, the console shows the page; what is
 * not here (nor in the table of endpoints, nor a file of the console) does not exist.
 */
export const PAGE_PATHS = [
  '/',
  '/clients/{id}',
  '/add-host',
  '/apps',
  '/apps/{name}/rollout',
  '/apps/{client}/{name}/releases',
  '/rollouts',
  '/rollouts/{id}',
  '/upgrades',
  '/upgrades/{id}',
  '/commands',
  '/commands/history',
  '/commands/{id}',
  '/batches/{id}',
  '/login',
  '/password',
  '/api/docs',
] as const;
export type PagePath = (typeof PAGE_PATHS)[number];
