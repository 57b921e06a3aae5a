import { useState } from 'react';
import type { ReactNode } from 'react';

import { useCommandText } from '../text/use-command-text.ts';
import { Panel } from '../ui/Panel.tsx';
import { UnfoldButton } from '../ui/UnfoldButton.tsx';
import styles from './PlanPanel.module.css';

/** What a form, as it stands, would do. */
export function PlanPanel({
  title,
  words,
  old,
  list,
  children,
}: {
  readonly title: string;
  /** In a sentence. */
  readonly words: string;
  /** It is not of what the form holds now. */
  readonly old: boolean;
  /** The same, host by host; shown when asked for. */
  readonly list: ReactNode;
  readonly children: ReactNode;
}) {
  const { text } = useCommandText();
  const [listed, setListed] = useState(false);
  return (
    <Panel title={title}>
      <div className={styles.plan} data-old={old || undefined}>
        <p role="status" className={styles.words}>
          {words}
        </p>
        {children}
        {list !== undefined && (
          <div>
            <UnfoldButton open={listed} onChange={setListed}>
              {text.hostByHost}
            </UnfoldButton>
          </div>
        )}
        {listed && list}
      </div>
    </Panel>
  );
}

export interface PlanStep {
  readonly name: string;
  /** How many hosts, in words. */
  readonly hosts: string;
  /** Which ones. */
  readonly names: string;
}

/** Who is first, and who follows. */
export function PlanSteps({ steps }: { readonly steps: readonly PlanStep[] }) {
  return (
    <ol className={styles.steps}>
      {steps.map(({ name, hosts, names }) => (
        <li key={name}>
          <strong>{name}</strong>
          <span>{hosts}</span>
          <span className={styles.names}>{names}</span>
        </li>
      ))}
    </ol>
  );
}

/** What else is to be known of it, as who is left out. */
export function PlanNote({ children }: { readonly children: ReactNode }) {
  return <p className={styles.note}>{children}</p>;
}
