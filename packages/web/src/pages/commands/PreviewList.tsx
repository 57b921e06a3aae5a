import type { TargetVerdict } from '@ops/protocol/http/batches.ts';

import { HostByHost } from '../../commands/HostByHost.tsx';
import { useCommandText } from '../../text/use-command-text.ts';
import type { Preview } from './use-preview.ts';
import styles from './CommandsPage.module.css';

/** What would happen, host by host; those that will not run come first. */
export function PreviewList({ preview }: { readonly preview: Preview }) {
  const { text } = useCommandText();
  const names: Readonly<Record<TargetVerdict, string>> = {
    will_run: text.willRunShort,
    queued: text.queuedShort,
    offline: text.offlineShort,
    refused_by_host: text.refusedShort,
    readonly: text.readonlyShort,
    too_old: text.tooOldShort,
  };
  return (
    <HostByHost
      hosts={preview.hosts}
      hostColumn={text.onHost}
      columns={[{ name: text.outcome }]}
      renderCells={(host) => [
        <span key="verdict" className={styles.hostVerdict} data-verdict={host.verdict}>
          {names[host.verdict]}
          {host.refusal !== null && <small>{host.refusal.reason}</small>}
        </span>,
      ]}
    />
  );
}
