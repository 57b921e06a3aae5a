/** Every shortcut of the console: what is pressed and what it means. The handling and the list are both made from it. */
import { paths } from '../paths.ts';

export const SHORTCUT_GROUPS = ['everywhere', 'go', 'page'] as const;
type ShortcutGroup = (typeof SHORTCUT_GROUPS)[number];

export type ShortcutId =
  | 'palette'
  | 'search'
  | 'list'
  | 'goSystem'
  | 'goApps'
  | 'goCommands'
  | 'goHistory'
  | 'goRollouts'
  | 'newCommand'
  | 'run';

/** Where a shortcut leads. */
type Destination = (typeof paths)['system' | 'apps' | 'commands' | 'history' | 'rollouts'];

export interface Shortcut {
  readonly id: ShortcutId;
  readonly group: ShortcutGroup;
  /**
   * As `KeyboardEvent.key` has them, one after the other. With Control (on Apple's machines Command) when `modified`;
   * such a shortcut also works while typing, all others never do and can be turned off.
   */
  readonly keys: readonly [string] | readonly [string, string];
  readonly modified?: true;
  readonly to?: Destination;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { id: 'palette', group: 'everywhere', keys: ['k'], modified: true },
  { id: 'search', group: 'everywhere', keys: ['/'] },
  { id: 'list', group: 'everywhere', keys: ['?'] },
  { id: 'goSystem', group: 'go', keys: ['g', 's'], to: paths.system },
  { id: 'goApps', group: 'go', keys: ['g', 'a'], to: paths.apps },
  { id: 'goCommands', group: 'go', keys: ['g', 'c'], to: paths.commands },
  { id: 'goHistory', group: 'go', keys: ['g', 'h'], to: paths.history },
  { id: 'goRollouts', group: 'go', keys: ['g', 'r'], to: paths.rollouts },
  { id: 'newCommand', group: 'go', keys: ['n', 'c'] },
  { id: 'run', group: 'page', keys: ['Enter'], modified: true },
];

/** The keys as they are written on them. */
export function keyCaps({ keys, modified }: Pick<Shortcut, 'keys' | 'modified'>, apple: boolean): string[] {
  const caps = keys.map((key) => (modified && key.length === 1 ? key.toUpperCase() : key));
  return modified ? [apple ? '⌘' : 'Ctrl', ...caps] : caps;
}

/** The value of `aria-keyshortcuts`; undefined for keys one after the other, which it cannot say. */
export function ariaKeys(id: ShortcutId, apple: boolean): string | undefined {
  const shortcut = SHORTCUTS.find((one) => one.id === id);
  if (shortcut === undefined || shortcut.keys.length > 1) return undefined;
  const [key] = shortcut.keys;
  return shortcut.modified ? `${apple ? 'Meta' : 'Control'}+${key.toUpperCase()}` : key;
}
