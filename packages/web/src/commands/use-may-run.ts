import { useConsole, useSignal } from '../console.ts';

/** Whether whoever signed in may run commands: operators and above. The server decides again. */
export function useMayRun(): boolean {
  const state = useSignal(useConsole().session.state);
  return 'user' in state && state.user.role !== 'viewer';
}
