import { CopyButton } from './CopyButton.tsx';
import styles from './CodeBlock.module.css';

/** Text for a terminal, with a button to copy it. */
export function CodeBlock({ code, copyLabel }: { readonly code: string; readonly copyLabel: string }) {
  return (
    <div className={styles.block}>
      <pre>
        <code>{code}</code>
      </pre>
      <div className={styles.copy}>
        <CopyButton value={code} label={copyLabel} />
      </div>
    </div>
  );
}
