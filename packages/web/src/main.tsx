import { createRoot } from 'react-dom/client';

// oxlint-disable-next-line import/no-unassigned-import -- a style sheet has nothing to give
import './global.css';
import { App } from './App.tsx';
import { browserClock } from './browser/clock.ts';
import { isApple } from './browser/platform.ts';
import { createConsole } from './console.ts';
import { REMEMBERED, recall } from './preferences/remembered.ts';
import { openTabs } from './session/tabs.ts';
import { startLanguage } from './text/language.ts';
import { loadText } from './text/use-text.ts';

const language = startLanguage();

const parts = createConsole({
  clock: browserClock,
  fetch: (...request) => globalThis.fetch(...request),
  connect: (url) => new EventSource(url),
  tabs: openTabs(),
  language,
  singleKeys: recall(REMEMBERED.singleKeys) !== 'off',
  apple: isApple(),
});

// Not awaited at the top: what the file of words imports would wait for this one.
void loadText(language).then(() => {
  const root = document.querySelector('#root');
  if (root !== null) createRoot(root).render(<App console={parts} />);
});
