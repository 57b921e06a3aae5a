/** The words about polling. */
import { enPolling } from './en-polling.ts';
import { useText } from './use-text.ts';
import { zhPolling } from './zh-polling.ts';
import type { PollingDictionary } from './zh-polling.ts';

export function usePollingText(): { readonly text: PollingDictionary } {
  return { text: useText().language === 'zh' ? zhPolling : enPolling };
}
