import { useServerAway } from '../api/use-health.ts';
import { useConsole, useSignal } from '../console.ts';
import { useText } from '../text/use-text.ts';

/** Whether whoever signed in may run commands: operators and above. The server decides again. */
export function useMayRun(): boolean {
  const state = useSignal(useConsole().session.state);
  return 'user' in state && state.user.role !== 'viewer';
}

/** What keeps the reader from acting at all, in words: the role (`viewer` says so), or a server that is away. */
export function useHindrance(viewer: string): string | undefined {
  const { text } = useText();
  const mayRun = useMayRun();
  const away = useServerAway();
  return mayRun ? (away ? text.serverAwayCannotAct : undefined) : viewer;
}
