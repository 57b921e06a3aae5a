import { useText } from '../../text/use-text.ts';
import { Panel } from '../../ui/Panel.tsx';
import { severity } from '../../ui/readings.ts';
import styles from './CoresPanel.module.css';

/** A small bar for each core. */
export function CoresPanel({ cores }: { readonly cores: readonly number[] | undefined }) {
  const { text, format } = useText();
  if (cores === undefined || cores.length === 0) return null;
  const busiest = Math.max(...cores);
  return (
    <Panel title={text.perCore} aside={text.busiestCore(format.percent(busiest))}>
      <div
        className={styles.cores}
        role="img"
        aria-label={text.coresSummary(cores.length, format.percent(busiest))}
      >
        {cores.map((usage, core) => (
          <span key={core} className={styles.core} title={text.coreUsage(core, format.percent(usage))}>
            <span
              className={styles.fill}
              data-severity={severity('cpu', usage)}
              style={{ transform: `scaleY(${Math.min(100, Math.max(0, usage)) / 100})` }}
            />
          </span>
        ))}
      </div>
    </Panel>
  );
}
