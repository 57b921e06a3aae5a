import type { TargetVerdict } from '@ops/protocol/http/batches.ts';
import { Link } from '@tanstack/react-router';

import { paths } from '../../paths.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import form from '../../ui/FormPage.module.css';
import { SmallTable } from '../../ui/SmallTable.tsx';
import type { Preview } from './use-preview.ts';
import styles from './CommandsPage.module.css';

/** So many are listed; those that will not run come first. */
const MAX_LISTED = 300;

/** What would happen, host by host. */
export function PreviewList({ preview }: { readonly preview: Preview }) {
  const { text, format } = useCommandText();
  const names: Readonly<Record<TargetVerdict, string>> = {
    will_run: text.willRunShort,
    queued: text.queuedShort,
    offline: text.offlineShort,
    refused_by_host: text.refusedShort,
    readonly: text.readonlyShort,
    too_old: text.tooOldShort,
  };
  const shown = preview.hosts.slice(0, MAX_LISTED);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keys
    <div className={styles.previewList} role="region" tabIndex={0} aria-label={text.previewList}>
      <SmallTable
        name={text.previewList}
        columns={[{ name: text.onHost, grow: true }, { name: text.outcome }]}
        rows={shown.map((host) => ({
          key: host.client_id,
          cells: [
            <Link key="host" to={paths.client} params={{ id: host.client_id }}>
              {host.hostname}
            </Link>,
            <span key="verdict" className={styles.hostVerdict} data-verdict={host.verdict}>
              {names[host.verdict]}
              {host.refusal !== null && <small>{host.refusal.reason}</small>}
            </span>,
          ],
        }))}
        empty={text.none}
      />
      {preview.hosts.length > shown.length && (
        <p className={form.note}>
          {text.firstOfMany(format.number(shown.length), format.number(preview.hosts.length))}
        </p>
      )}
    </div>
  );
}
