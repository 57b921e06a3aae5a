/** Every address of the console. The server answers each of them with the same page. */
export const paths = {
  system: '/',
  client: '/clients/$id',
  apps: '/apps',
  commands: '/commands',
  login: '/login',
  password: '/password',
  docs: '/api/docs',
} as const;
