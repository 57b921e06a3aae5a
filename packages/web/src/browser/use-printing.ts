import { useSyncExternalStore } from 'react';

/** What is printed is drawn before the browser looks: it does not wait for a later frame. */
function subscribe(call: () => void): () => void {
  const media = window.matchMedia('print');
  media.addEventListener('change', call);
  window.addEventListener('beforeprint', call);
  window.addEventListener('afterprint', call);
  return () => {
    media.removeEventListener('change', call);
    window.removeEventListener('beforeprint', call);
    window.removeEventListener('afterprint', call);
  };
}

/** Whether the page is being laid out for paper, where nothing can be scrolled. */
export function usePrinting(): boolean {
  return useSyncExternalStore(subscribe, () => window.matchMedia('print').matches);
}
