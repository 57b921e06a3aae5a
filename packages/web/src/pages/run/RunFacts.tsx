import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { Link } from '@tanstack/react-router';

import { paths } from '../../paths.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { Ago } from '../../ui/Ago.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Panel } from '../../ui/Panel.tsx';
import styles from './RunPage.module.css';

/** Everything that is known of a command, for whoever looks closely. */
export function RunFacts({ summary }: { readonly summary: CommandSummary }) {
  const { text, format } = useCommandText();
  const moment = (at: number | null, otherwise: string) =>
    at === null ? (
      otherwise
    ) : (
      <>
        {format.exact(at)} <Ago at={at} className={styles.ago} />
      </>
    );
  return (
    <Panel title={text.details}>
      <div className={styles.facts}>
        <Facts
          facts={[
            { name: text.typedAs, value: <code>{summary.command}</code> },
            { name: text.ranAs, value: summary.ran === null ? undefined : <code>{summary.ran}</code> },
            {
              name: text.onHost,
              value: (
                <Link to={paths.client} params={{ id: summary.client_id }}>
                  {summary.hostname}
                </Link>
              ),
            },
            { name: text.submittedBy, value: summary.created_by },
            { name: text.commandId, value: <code>{summary.id}</code> },
          ]}
        />
        <Facts
          facts={[
            { name: text.submitted, value: moment(summary.created_at_ms, '') },
            { name: text.sentAt, value: moment(summary.sent_at_ms, text.notSentYet) },
            { name: text.startedAt, value: moment(summary.executed_at_ms, text.notStarted) },
            {
              name: text.finishedAt,
              value: summary.finished_at_ms === null ? undefined : moment(summary.finished_at_ms, ''),
            },
            { name: text.expiresAt, value: format.exact(summary.expires_at_ms) },
          ]}
        />
      </div>
    </Panel>
  );
}
