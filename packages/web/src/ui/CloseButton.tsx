import { useText } from '../text/use-text.ts';
import { IconX } from './icons.ts';
import styles from './CloseButton.module.css';

/** Closes what it stands in. */
export function CloseButton({
  onClick,
  className = '',
}: {
  readonly onClick: () => void;
  readonly className?: string | undefined;
}) {
  const { text } = useText();
  return (
    <button
      type="button"
      className={`${styles.close} ${className}`}
      aria-label={text.close}
      onClick={onClick}
    >
      <IconX size={18} stroke={1.7} aria-hidden />
    </button>
  );
}
