import styles from './Keys.module.css';

/** Keys as they look, pressed together, or, with a word between them, one after the other. */
export function Keys({ keys, between }: { readonly keys: readonly string[]; readonly between?: string }) {
  return (
    <span className={styles.keys}>
      {keys.map((key, at) => (
        <span key={key} className={styles.one}>
          {at > 0 && between !== undefined && <span className={styles.between}>{between}</span>}
          <kbd className={styles.key}>{key}</kbd>
        </span>
      ))}
    </span>
  );
}
