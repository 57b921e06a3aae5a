import { createRoot } from 'react-dom/client';

// oxlint-disable-next-line import/no-unassigned-import -- a style sheet has nothing to give
import './global.css';
import { App } from './App.tsx';
import { browserClock } from './browser/clock.ts';
import { hrefBelow, pageRoot } from './browser/root.ts';
import { createConsole } from './console.ts';
import { openTabs } from './session/tabs.ts';
import { startLanguage } from './text/language.ts';

const root = pageRoot();
const hrefOf = hrefBelow(root);

const parts = createConsole({
  clock: browserClock,
  root,
  fetch: (path, init) => globalThis.fetch(hrefOf(path), init),
  connect: (path) => new EventSource(hrefOf(path)),
  tabs: openTabs(root),
  language: startLanguage(),
});

const place = document.querySelector('#root');
if (place !== null) createRoot(place).render(<App console={parts} />);
