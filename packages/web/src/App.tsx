import { MantineProvider, localStorageColorSchemeManager } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

import { isNotHealth } from './api/health-check.ts';
import type { Console } from './console.ts';
import { ConsoleContext } from './console.ts';
import { REMEMBERED, remember } from './preferences/remembered.ts';
import { createConsoleRouter } from './routes.tsx';
import { watchActivity } from './session/activity.ts';
import { LANGUAGE_TAGS } from './text/language.ts';
import { cssVariablesResolver, theme } from './theme.ts';

const colorSchemeManager = localStorageColorSchemeManager({ key: REMEMBERED.colourScheme });

/** The server puts a fresh nonce into the page each time; styles made at run time must carry it. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
}

/** Everything that lives as long as the page, beside the session: activity, other tabs, being in sight, the language. */
function usePageLife({ session, fleet, fleetWindow, queries, language }: Console): void {
  useEffect(() => {
    const stopActivity = watchActivity(document, session.active);
    const onVisibility = (): void => {
      fleet.visible(!document.hidden);
      if (!document.hidden && session.state.get().phase === 'signed-in') void session.check();
    };
    document.addEventListener('visibilitychange', onVisibility);

    let reader: string | undefined;
    let wasExpired = false;
    const onReader = (): void => {
      const state = session.state.get();
      const now = 'user' in state ? state.user.name : state.phase === 'signed-out' ? undefined : reader;
      if (reader !== undefined && now !== reader) {
        // Nothing of one reader is shown to the next.
        queries.clear();
        fleet.forget();
        fleetWindow.forget();
      } else if (wasExpired && state.phase === 'signed-in') {
        // What was refused meanwhile is asked for again.
        void queries.invalidateQueries();
      }
      reader = now;
      wasExpired = state.phase === 'expired';
    };
    // Who it is may be known by now.
    onReader();
    const stopReader = session.state.subscribe(onReader);

    const onLanguage = (): void => {
      document.documentElement.lang = LANGUAGE_TAGS[language.get()];
      remember(REMEMBERED.language, language.get());
      // The server's sentences are in the language in which they were asked for.
      void queries.invalidateQueries({ predicate: isNotHealth });
    };
    document.documentElement.lang = LANGUAGE_TAGS[language.get()];
    const stopLanguage = language.subscribe(onLanguage);
    return () => {
      stopActivity();
      stopReader();
      stopLanguage();
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [session, fleet, fleetWindow, queries, language]);
}

export function App({ console: parts }: { readonly console: Console }) {
  usePageLife(parts);
  const [router] = useState(() => createConsoleRouter(parts.api, parts.root));
  return (
    <ConsoleContext value={parts}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariablesResolver}
        colorSchemeManager={colorSchemeManager}
        defaultColorScheme="auto"
        deduplicateCssVariables={false}
        getStyleNonce={styleNonce}
      >
        <QueryClientProvider client={parts.queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </ConsoleContext>
  );
}
