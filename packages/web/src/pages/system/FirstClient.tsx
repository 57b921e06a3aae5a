import { IconServer2 } from '../../ui/icons.ts';

import { useText } from '../../text/use-text.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { AddHostLink } from './AddHostLink.tsx';
import styles from './FirstClient.module.css';

/** No client yet: how to get the first. */
export function FirstClient() {
  const { text } = useText();
  return (
    <div className={styles.card}>
      <EmptyState icon={IconServer2} title={text.noClients}>
        <p>{text.noClientsHelp}</p>
        <AddHostLink primary />
      </EmptyState>
    </div>
  );
}
