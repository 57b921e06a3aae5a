import { useConsole } from '../console.ts';
import { ariaKeys, keyCaps } from '../shortcuts/table.ts';
import { useText } from '../text/use-text.ts';
import { IconSearch } from '../ui/icons.ts';
import { Keys } from '../ui/Keys.tsx';
import styles from './SearchButton.module.css';

/** Opens the palette for whoever does not know its keys, or has none. */
export function SearchButton() {
  const { text } = useText();
  const { shortcuts } = useConsole();
  return (
    <button
      type="button"
      className={styles.button}
      aria-label={text.searchAndGo}
      aria-haspopup="dialog"
      aria-keyshortcuts={ariaKeys('palette', shortcuts.apple)}
      onClick={() => shortcuts.fire('palette')}
    >
      <IconSearch size={17} stroke={1.7} aria-hidden />
      <span className={styles.words} aria-hidden>
        {text.searchAndGo}
      </span>
      <span className={styles.keys} aria-hidden>
        <Keys keys={keyCaps({ keys: ['k'], modified: true }, shortcuts.apple)} />
      </span>
    </button>
  );
}
