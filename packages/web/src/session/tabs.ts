import type { Left } from './timing.ts';

/** What the tabs of one browser tell each other about the session they share. */
export type TabMessage =
  /** Somebody is there. */
  | { readonly kind: 'active'; readonly at: number }
  /** The server was told so, and moved the end. */
  | { readonly kind: 'extended'; readonly at: number; readonly left: Left }
  /** The server has something else to say than before: someone signed in, was refused, or changed the password. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'left' };

export interface Tabs {
  tell(message: TabMessage): void;
  /** Calls with what other tabs tell. Returns how to stop. */
  listen(call: (message: TabMessage) => void): () => void;
}

/** @param root of the console: two of them may lie on one origin */
export function openTabs(root: string): Tabs {
  const channel = new BroadcastChannel(`ops-session ${root}`);
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
    tell: (message) => channel.postMessage(message),
    listen(call) {
      const heard = (event: MessageEvent<TabMessage>): void => call(event.data);
      channel.addEventListener('message', heard);
      return () => channel.removeEventListener('message', heard);
    },
  };
}
