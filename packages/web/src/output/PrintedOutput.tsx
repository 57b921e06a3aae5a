import { useCommandText } from '../text/use-command-text.ts';
import type { Transcript } from './transcript.ts';
import styles from './Output.module.css';

/** More is a book: some eighty pages. Whoever needs the rest downloads it. */
const MAX_PRINTED_CHARS = 256 * 1024;

/** The whole text of a stream, for paper: every line wrapped, no colours. */
export function PrintedOutput({ transcript }: { readonly transcript: Transcript }) {
  const { text, format } = useCommandText();
  const whole = transcript.shown((bytes) => text.outputGap(format.bytes(bytes)));
  const left = whole.length - MAX_PRINTED_CHARS;
  return (
    <>
      <pre className={styles.printed}>{whole.slice(0, MAX_PRINTED_CHARS)}</pre>
      {left > 0 && <p className={styles.empty}>{text.notPrinted(format.number(left))}</p>}
    </>
  );
}
