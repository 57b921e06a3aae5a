import type { AppInfo } from '@ops/protocol/domain/app.ts';

import { NONE } from '../../text/format.ts';
import { useAppText } from '../../text/use-app-text.ts';
import type { AppText } from '../../text/use-app-text.ts';
import { IconAlertTriangle } from '../../ui/icons.ts';
import type { AppDrift } from '@ops/protocol/domain/app-drift.ts';
import { serviceName } from './service-name.ts';
import styles from './AppFacts.module.css';

const SHORT_COMMIT = 8;

/** Running is full, not known half full, stopped empty. */
export function StatusDot({ status }: { readonly status: AppInfo['service_status'] }) {
  return (
    <span className={styles.status} data-status={status} aria-hidden>
      <span className={styles.dot} />
    </span>
  );
}

/** Whether it runs: a shape and a word, so that nobody has to tell it by colour. */
export function ServiceStatus({
  app,
  offline,
  pid = false,
  short = false,
}: {
  readonly app: AppInfo;
  /** What is known is from before. */
  readonly offline: boolean;
  readonly pid?: boolean;
  /** That it is from before stands elsewhere. */
  readonly short?: boolean;
}) {
  const { text } = useAppText();
  const status = serviceName(app.service_status, text);
  return (
    <span className={styles.status} data-status={offline ? 'past' : app.service_status}>
      <span className={styles.word}>
        <span className={styles.dot} aria-hidden />
        {offline && !short ? text.lastKnown(status) : status}
      </span>
      {pid && app.pid !== undefined && <span className={styles.pid}>{text.processNumber(app.pid)}</span>}
    </span>
  );
}

export function VersionChip({ version }: { readonly version: string | undefined }) {
  return version === undefined ? <span>{NONE}</span> : <span className={styles.chip}>{version}</span>;
}

/** Something to look into. */
export function Mark({ words }: { readonly words: string }) {
  return (
    <span className={styles.mark}>
      <IconAlertTriangle size={13} stroke={1.9} aria-hidden />
      {words}
    </span>
  );
}

export function driftWords({ kind, most }: AppDrift, text: AppText): string {
  if (kind === 'commit') return text.driftCommit;
  return most === undefined ? text.driftVersions : text.driftVersion(most);
}

/** Branch and the beginning of the commit; undefined when neither is known. */
export function sourceOf(app: Pick<AppInfo, 'branch' | 'commit'>): string | undefined {
  return [app.branch, app.commit?.slice(0, SHORT_COMMIT)].filter(Boolean).join(' · ') || undefined;
}
