import { useText } from '../text/use-text.ts';
import styles from './Logo.module.css';

export function Logo({ large = false }: { readonly large?: boolean }) {
  const { text } = useText();
  return (
    <span className={styles.logo} data-large={large || undefined}>
      <svg viewBox="0 0 32 32" aria-hidden>
        <rect width="32" height="32" rx="8" />
        <path d="M6.5 17h4.2l3-8 4.6 14 3-8.5h4.2" />
      </svg>
      <span className={styles.word}>{text.product}</span>
    </span>
  );
}
