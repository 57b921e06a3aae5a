import { useText } from '../text/use-text.ts';
import styles from './StatusLabel.module.css';

export type Presence = 'online' | 'late' | 'offline';

export function presenceOf(client: {
  readonly status: 'online' | 'offline';
  readonly late?: boolean;
}): Presence {
  if (client.status === 'offline') return 'offline';
  return client.late ? 'late' : 'online';
}

/** A shape and a word, so that nobody has to tell it by colour. */
export function StatusLabel({ presence }: { readonly presence: Presence }) {
  const { text } = useText();
  const word = { online: text.online, late: text.late, offline: text.offline }[presence];
  return (
    <span className={styles.label} data-presence={presence}>
      <span className={styles.dot} aria-hidden />
      {word}
    </span>
  );
}
