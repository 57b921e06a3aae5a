import type { MapShade } from '@ops/protocol/http/events.ts';
import type { CSSProperties } from 'react';

import { useOverviewText } from '../../../text/use-overview-text.ts';
import { THRESHOLDS } from '../../../ui/readings.ts';
import styles from './MapView.module.css';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- React's type knows no custom properties
const filled = (share: number) => ({ '--share': `${share}%` }) as CSSProperties;

function sample(state: string, severity?: string, share = 45) {
  return (
    <span
      className={styles.cell}
      data-state={state}
      {...(severity !== undefined && { 'data-severity': severity, style: filled(share) })}
      aria-hidden
    />
  );
}

/** What the cells look like, in words. */
export function MapLegend({ shade }: { readonly shade: MapShade | undefined }) {
  const { text } = useOverviewText();
  const { warn, bad } = THRESHOLDS[shade ?? 'cpu'];
  return (
    <ul className={styles.legend} aria-label={text.legend}>
      {shade === undefined ? (
        <li>
          {sample('online')} {text.online}
        </li>
      ) : (
        <>
          <li>
            {sample('online', 'calm')} {text.legendShare}
          </li>
          <li>
            {sample('online', 'warn', warn)} {text.legendFrom(warn)}
          </li>
          <li>
            {sample('online', 'bad', bad)} {text.legendFrom(bad)}
          </li>
          <li>
            {sample('online', 'none', 0)} {text.noReading}
          </li>
        </>
      )}
      <li>
        {shade === undefined ? sample('late') : sample('late', 'calm')} {text.late}
      </li>
      <li>
        {sample('offline')} {text.offline}
      </li>
    </ul>
  );
}
