import { createRoot } from 'react-dom/client';

// oxlint-disable-next-line import/no-unassigned-import -- a style sheet has nothing to give
import './global.css';
import { App } from './App.tsx';
import { browserClock } from './browser/clock.ts';
import { isApple } from './browser/platform.ts';
import { hrefBelow, pageRoot } from './browser/root.ts';
import { createConsole } from './console.ts';
import { askEarly } from './pages/system/use-window.ts';
import { REMEMBERED, recall } from './preferences/remembered.ts';
import { openTabs } from './session/tabs.ts';
import { startLanguage } from './text/language.ts';
import { loadText } from './text/use-text.ts';

const language = startLanguage();

const root = pageRoot();
const hrefOf = hrefBelow(root);

// A browser looks for the icon anew at each address, by the way that held for the first.
const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
if (icon !== null) icon.href = hrefOf('/favicon.svg');

const parts = createConsole({
  clock: browserClock,
  root,
  fetch: (path, init) => globalThis.fetch(hrefOf(path), init),
  connect: (path) => new EventSource(hrefOf(path)),
  tabs: openTabs(root),
  language,
  singleKeys: recall(REMEMBERED.singleKeys) !== 'off',
  apple: isApple(),
});

// Whoever signed in is asked for while the words are fetched, and the overview while its frame is drawn.
askEarly(parts, window.location);
parts.session.start();

// Not awaited at the top: what the file of words imports would wait for this one.
void loadText(language).then(() => {
  const place = document.querySelector('#root');
  if (place !== null) createRoot(place).render(<App console={parts} />);
});
