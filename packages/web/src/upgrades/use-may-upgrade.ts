import { useServerAway } from '../api/use-health.ts';
import { useIsAdmin } from '../pages/add-host/use-enrolment.ts';
import { useUpgradeText } from '../text/use-upgrade-text.ts';

/** What keeps the reader from acting, in words: only administrators may, and a server has to be there. */
export function useUpgradeHindrance(): string | undefined {
  const { text } = useUpgradeText();
  const admin = useIsAdmin();
  const away = useServerAway();
  if (!admin) return text.adminOnly;
  return away ? text.serverAwayCannotAct : undefined;
}
