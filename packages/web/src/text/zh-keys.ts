/** The words of the palette and of the list of shortcuts in Chinese. `KeysDictionary` is their shape. */
import type { Format } from './format.ts';

export const zhKeys = {
  paletteHint: '搜索主机、应用、页面、命令和执行记录',
  paletteResults: '搜索结果',
  paletteHosts: '主机',
  paletteApps: '应用',
  palettePages: '页面',
  paletteCommands: '命令',
  paletteRuns: '执行记录',
  pageHistory: '执行历史',
  pageRollouts: '分批发布',
  appOnHosts: (hosts: string) => `${hosts} 台主机`,
  runTyped: (command: string) => `执行 ${command}`,
  runTypedAbout: '在命令页面选择主机后执行',
  resultsCount: (count: number, format: Format) => `${format.number(count)} 项结果`,
  searching: '正在搜索…',
  nothingFits: (words: string) => `没有与“${words}”相符的内容`,
  searchFailed: (group: string, why: string) => `无法搜索${group}：${why}`,
  hintMove: '选择',
  hintOpen: '打开',
  hintNewTab: '在新标签页打开',
  hintClose: '关闭',

  shortcutsEverywhere: '任何页面',
  shortcutsGo: '前往',
  shortcutsPage: '命令页面',
  shortcutPalette: '搜索与跳转',
  shortcutSearch: '搜索本页内容（没有搜索框时打开“搜索与跳转”）',
  shortcutList: '显示快捷键',
  shortcutNewCommand: '新建命令',
  shortcutRun: '执行命令',
  shortcutThen: '然后',
  singleKeys: '启用单键快捷键',
  singleKeysHelp: '关闭后，只有带 Ctrl 或 ⌘ 的快捷键有效。此浏览器会记住您的选择。',
};

export type KeysDictionary = typeof zhKeys;
