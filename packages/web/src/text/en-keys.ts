import type { KeysDictionary } from './zh-keys.ts';

function hosts(figure: string): string {
  return `${figure} ${figure === '1' ? 'host' : 'hosts'}`;
}

/** The words of the palette and of the list of shortcuts, in English. */
export const enKeys: KeysDictionary = {
  paletteHint: 'Search hosts, applications, pages, commands and runs',
  paletteResults: 'Results',
  paletteHosts: 'Hosts',
  paletteApps: 'Applications',
  palettePages: 'Pages',
  paletteCommands: 'Commands',
  paletteRuns: 'Runs',
  pageHistory: 'History',
  pageRollouts: 'Rollouts',
  appOnHosts: hosts,
  runTyped: (command) => `Run ${command}`,
  runTypedAbout: 'Choose its hosts on the commands page',
  resultsCount: (count, format) => `${format.number(count)} ${count === 1 ? 'result' : 'results'}`,
  searching: 'Searching…',
  nothingFits: (words) => `Nothing matches “${words}”`,
  searchFailed: (group, why) => `${group} could not be searched: ${why}`,
  hintMove: 'choose',
  hintOpen: 'open',
  hintNewTab: 'open in a new tab',
  hintClose: 'close',

  shortcutsEverywhere: 'Everywhere',
  shortcutsGo: 'Go to',
  shortcutsPage: 'Commands page',
  shortcutPalette: 'Search and go',
  shortcutSearch: 'Search this page (where it has no search field: search and go)',
  shortcutList: 'Show the shortcuts',
  shortcutNewCommand: 'New command',
  shortcutRun: 'Run the command',
  shortcutThen: 'then',
  singleKeys: 'Single-key shortcuts',
  singleKeysHelp: 'When off, only shortcuts with Ctrl or ⌘ work. This browser remembers your choice.',
};
