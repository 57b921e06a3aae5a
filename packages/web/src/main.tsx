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

const parts = createConsole({
  clock: browserClock,
  fetch: (...request) => globalThis.fetch(...request),
  connect: (url) => new EventSource(url),
  tabs: openTabs(),
  language: startLanguage(),
  singleKeys: recall(REMEMBERED.singleKeys) !== 'off',
  apple: isApple(),
});

const root = document.querySelector('#root');
if (root !== null) createRoot(root).render(<App console={parts} />);
