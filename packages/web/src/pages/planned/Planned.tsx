import type { Icon } from '../../ui/icons.ts';
import type { ReactNode } from 'react';

import { useText } from '../../text/use-text.ts';
import { PageTitle } from '../../ui/PageTitle.tsx';
import styles from './Planned.module.css';

export interface PlannedPart {
  readonly icon: Icon;
  readonly title: string;
  readonly words: string;
}

/** What a later version brings, said plainly. */
export function Planned({
  title,
  lead,
  parts,
  meanwhile,
}: {
  readonly title: string;
  readonly lead: string;
  readonly parts: readonly PlannedPart[];
  readonly meanwhile: ReactNode;
}) {
  const { text } = useText();
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <span className={styles.mark}>{text.notYet}</span>
        <PageTitle title={title} />
        <p>{lead}</p>
      </header>
      <ul className={styles.parts}>
        {parts.map(({ icon: Glyph, title: name, words }) => (
          <li key={name} className={styles.part}>
            <span className={styles.glyph} aria-hidden>
              <Glyph size={20} stroke={1.6} />
            </span>
            <div>
              <h2>{name}</h2>
              <p>{words}</p>
            </div>
          </li>
        ))}
      </ul>
      <p className={styles.meanwhile}>{meanwhile}</p>
    </div>
  );
}
