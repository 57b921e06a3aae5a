import { Skeleton, VisuallyHidden } from '@mantine/core';

import { useText } from '../../text/use-text.ts';
import styles from './LoadingCards.module.css';

const SHOWN = 8;

/** The shape of what is to come. */
export function LoadingCards() {
  const { text } = useText();
  return (
    <div className={styles.cards} aria-busy>
      <VisuallyHidden role="status">{text.loading}</VisuallyHidden>
      {Array.from({ length: SHOWN }, (_, index) => (
        <div key={index} className={styles.card}>
          <Skeleton height="1rem" width="60%" />
          <Skeleton height="0.75rem" width="35%" mt="sm" />
          <Skeleton height="0.75rem" mt="lg" />
          <Skeleton height="0.75rem" mt="md" />
          <Skeleton height="0.75rem" mt="md" />
          <Skeleton height="0.75rem" width="75%" mt="lg" />
        </div>
      ))}
    </div>
  );
}
