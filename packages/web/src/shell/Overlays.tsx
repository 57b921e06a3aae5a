import { Button } from '@mantine/core';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { ComponentType } from 'react';

import { useConsole } from '../console.ts';
import { paths } from '../paths.ts';
import { SHORTCUTS } from '../shortcuts/table.ts';
import { watchKeys } from '../shortcuts/watch-keys.ts';
import { loadText, useText } from '../text/use-text.ts';
import { Dialog, DialogActions } from '../ui/Dialog.tsx';

declare module '@tanstack/history' {
  interface HistoryState {
    /** The page begins in its field, to be typed in. */
    toType?: true;
  }
}

interface Parts {
  readonly Palette: ComponentType<{ readonly onClose: () => void; readonly onList: () => void }>;
  readonly ShortcutList: ComponentType<{ readonly onClose: () => void }>;
}

/** Read when the page has come to rest, so that the first key of a search is not lost; not with the first page. */
const READ_AFTER_MS = 5000;
/** The field of a page that its `/` goes to. */
const SEARCH_FIELD = 'main input[type="search"]:not(:disabled)';

async function readParts(): Promise<Parts> {
  const [{ Palette }, { ShortcutList }] = await Promise.all([
    import('../palette/Palette.tsx'),
    import('../shortcuts/ShortcutList.tsx'),
    // Pages are found by their names in both languages.
    loadText('zh'),
    loadText('en'),
  ]);
  return { Palette, ShortcutList };
}

/** The keys of the console, and what they open over any page: the palette and the list of shortcuts. */
export function Overlays() {
  const { shortcuts, clock } = useConsole();
  const navigate = useNavigate();
  const router = useRouter();
  const [open, setOpen] = useState<'palette' | 'list'>();
  const [parts, setParts] = useState<Parts | 'failed'>();
  const close = (): void => setOpen(undefined);

  useEffect(() => watchKeys(document, shortcuts), [shortcuts]);

  useEffect(() => {
    function search(): void {
      const field = document.querySelector<HTMLInputElement>(SEARCH_FIELD);
      field?.focus();
      field?.select();
      if (field === null) setOpen('palette');
    }
    const stops = [
      shortcuts.on('palette', () => setOpen('palette')),
      shortcuts.on('list', () => setOpen('list')),
      shortcuts.on('search', search),
      shortcuts.on('newCommand', () => {
        void navigate({ to: paths.commands, search: {}, state: { toType: true } });
      }),
      ...SHORTCUTS.flatMap(({ id, to }) => {
        if (to === undefined) return [];
        return shortcuts.on(id, () => {
          // Whoever is there already keeps what is filled in.
          if (router.state.location.pathname !== to) void navigate({ to });
        });
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [shortcuts, navigate, router]);

  const wanted = open !== undefined;
  useEffect(() => {
    if (typeof parts === 'object' || (parts === 'failed' && !wanted)) return undefined;
    const read = (): void => {
      readParts().then(setParts, () => setParts('failed'));
    };
    if (wanted) {
      read();
      return undefined;
    }
    const timer = clock.after(READ_AFTER_MS, read);
    return () => timer.cancel();
  }, [wanted, parts, clock]);

  if (open === undefined || parts === undefined) return null;
  if (parts === 'failed') return <NotRead onClose={close} />;
  return open === 'palette' ? (
    <parts.Palette onClose={close} onList={() => setOpen('list')} />
  ) : (
    <parts.ShortcutList onClose={close} />
  );
}

function NotRead({ onClose }: { readonly onClose: () => void }) {
  const { text } = useText();
  return (
    <Dialog open title={text.pageFailed} onClose={onClose}>
      <p>{text.pageFailedHelp}</p>
      <DialogActions>
        <Button variant="default" onClick={onClose}>
          {text.close}
        </Button>
        <Button onClick={() => window.location.reload()}>{text.loadAgain}</Button>
      </DialogActions>
    </Dialog>
  );
}
