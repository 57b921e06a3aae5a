import { IconServer2 } from '../../ui/icons.ts';

import { useText } from '../../text/use-text.ts';
import { CodeBlock } from '../../ui/CodeBlock.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import styles from './FirstClient.module.css';

/** A host name or an address, and nothing a shell could read otherwise. */
const PLAIN_HOST = /^[A-Za-z0-9._:-]+$/;
const PLACEHOLDER = 'ops.example.internal';

/** The name other hosts reach this server by, as far as this browser knows. */
export function serverHost(hostname: string): string {
  const local = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return local || !PLAIN_HOST.test(hostname) ? PLACEHOLDER : hostname;
}

/** No client yet: how to connect the first. */
export function FirstClient() {
  const { text } = useText();
  const here = 'bin/ops-client --host 127.0.0.1 --port 12345';
  const elsewhere = [
    'export OPS_TCP_AUTH_SECRET_FILE=/etc/ops/tcp-auth-secret',
    `bin/ops-client --host ${serverHost(window.location.hostname)} --port 12345`,
  ].join('\n');
  return (
    <div className={styles.card}>
      <EmptyState icon={IconServer2} title={text.noClients}>
        <p>{text.noClientsHelp}</p>
        <ol className={styles.ways}>
          <li>
            <h3>{text.connectHere}</h3>
            <CodeBlock code={here} copyLabel={text.copyCommand} />
          </li>
          <li>
            <h3>{text.connectElsewhere}</h3>
            <p>{text.connectElsewhereHelp}</p>
            <CodeBlock code={elsewhere} copyLabel={text.copyCommand} />
          </li>
        </ol>
        <p>{text.appearsByItself}</p>
      </EmptyState>
    </div>
  );
}
