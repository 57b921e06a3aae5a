import type { HostPolicy } from '@ops/protocol/domain/client.ts';
import { IconShieldLock } from '../../ui/icons.ts';

import { useText } from '../../text/use-text.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Panel } from '../../ui/Panel.tsx';
import styles from './FactPanels.module.css';

/** What the host itself allows; it decides again each time. */
export function PolicyPanel({ policy }: { readonly policy: HostPolicy | null }) {
  const { text } = useText();
  return (
    <Panel title={text.policy}>
      {policy === null ? (
        <p className={styles.note}>{text.notReported}</p>
      ) : policy.readonly ? (
        <Banner tone="info" icon={IconShieldLock}>
          {text.readonlyHost}
        </Banner>
      ) : (
        <Facts
          facts={[
            { name: text.allowedCommands, value: <Names names={policy.commands} /> },
            { name: text.scriptDirs, value: <Names names={policy.script_dirs} /> },
            { name: text.scriptExtensions, value: <Names names={policy.script_extensions} /> },
          ]}
        />
      )}
    </Panel>
  );
}

function Names({ names }: { readonly names: readonly string[] }) {
  const { text } = useText();
  if (names.length === 0) return text.none;
  return (
    <ul className={styles.names}>
      {names.map((name) => (
        <li key={name}>{name}</li>
      ))}
    </ul>
  );
}
