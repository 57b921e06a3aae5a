/** Before the first browser test, once for all workers: none may look at a console of earlier. */
export { buildConsoleIfStale as default } from '../scripts/console-build.ts';
