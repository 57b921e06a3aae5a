import { useConsole, useSignal } from '../console.ts';
import { REMEMBERED, remember } from '../preferences/remembered.ts';
import { useKeysText } from '../text/use-keys-text.ts';
import type { KeysText } from '../text/use-keys-text.ts';
import { CheckField } from '../ui/CheckField.tsx';
import { CloseButton } from '../ui/CloseButton.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Keys } from '../ui/Keys.tsx';
import { keyCaps, SHORTCUT_GROUPS, SHORTCUTS } from './table.ts';
import type { ShortcutId } from './table.ts';
import styles from './ShortcutList.module.css';

function meaning(id: ShortcutId, text: KeysText): string {
  return {
    palette: text.shortcutPalette,
    search: text.shortcutSearch,
    list: text.shortcutList,
    goSystem: text.tabSystem,
    goApps: text.tabApps,
    goCommands: text.tabCommands,
    goHistory: text.pageHistory,
    goRollouts: text.pageRollouts,
    newCommand: text.shortcutNewCommand,
    run: text.shortcutRun,
  }[id];
}

/** Every shortcut, and the switch for those of a single key (WCAG 2.1.4). */
export function ShortcutList({ onClose }: { readonly onClose: () => void }) {
  const { text } = useKeysText();
  const { shortcuts } = useConsole();
  const single = useSignal(shortcuts.single);
  const groups = {
    everywhere: text.shortcutsEverywhere,
    go: text.shortcutsGo,
    page: text.shortcutsPage,
  };
  return (
    <Dialog open title={text.keyboardShortcuts} className={styles.dialog} onClose={onClose}>
      <CloseButton className={styles.close} onClick={onClose} />
      <div className={styles.groups}>
        {SHORTCUT_GROUPS.map((group) => (
          <section key={group} className={styles.group} aria-label={groups[group]}>
            <h3>{groups[group]}</h3>
            <dl>
              {SHORTCUTS.filter((shortcut) => shortcut.group === group).map((shortcut) => (
                <div
                  key={shortcut.id}
                  className={styles.line}
                  data-off={(!single && shortcut.modified === undefined) || undefined}
                >
                  <dt>{meaning(shortcut.id, text)}</dt>
                  <dd>
                    <Keys
                      keys={keyCaps(shortcut, shortcuts.apple)}
                      {...(shortcut.keys.length > 1 && { between: text.shortcutThen })}
                    />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <CheckField
        label={text.singleKeys}
        help={text.singleKeysHelp}
        checked={single}
        onChange={(on) => {
          shortcuts.single.set(on);
          remember(REMEMBERED.singleKeys, on ? 'on' : 'off');
        }}
      />
    </Dialog>
  );
}
