/** Every address of the console. The server answers each of them with the same page. */
export const paths = {
  system: '/',
  client: '/clients/$id',
  addHost: '/add-host',
  apps: '/apps',
  releases: '/apps/$client/$name/releases',
  rolloutForm: '/apps/$name/rollout',
  rollouts: '/rollouts',
  rollout: '/rollouts/$id',
  commands: '/commands',
  history: '/commands/history',
  run: '/commands/$id',
  batch: '/batches/$id',
  login: '/login',
  password: '/password',
  docs: '/api/docs',
} as const;
