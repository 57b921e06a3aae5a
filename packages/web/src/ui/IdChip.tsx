import { IconCheck, IconCopy } from './icons.ts';

import { useText } from '../text/use-text.ts';
import { useCopy } from './CopyButton.tsx';
import styles from './IdChip.module.css';

const SHORT_ID = 8;

/** The first characters of an id; a press copies all of it. */
export function IdChip({ id }: { readonly id: string }) {
  const { text } = useText();
  const { copied, copy } = useCopy(id);
  return (
    <button
      type="button"
      className={styles.chip}
      onClick={copy}
      title={id}
      aria-label={`${id.slice(0, SHORT_ID)} ${copied ? text.copied : text.copyId}`}
    >
      <code>{id.slice(0, SHORT_ID)}</code>
      {copied ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />}
    </button>
  );
}
