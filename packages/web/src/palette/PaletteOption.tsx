import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { BatchStateLabel, StateLabel } from '../commands/StateLabel.tsx';
import { RolloutStateLabel } from '../rollouts/RolloutLabels.tsx';
import { IconApps, IconHistory, IconListDetails, IconServer2, IconTerminal2 } from '../ui/icons.ts';
import { StatusLabel } from '../ui/StatusLabel.tsx';
import type { Entry, Mark } from './items.ts';
import styles from './Palette.module.css';

const ICONS = {
  hosts: IconServer2,
  apps: IconApps,
  pages: IconListDetails,
  commands: IconTerminal2,
  runs: IconHistory,
} as const;

/** One entry: a link where it leads to a page, so that it can be opened as any link can. */
export function PaletteOption({
  id,
  entry,
  active,
  onPoint,
  onDone,
}: {
  readonly id: string;
  readonly entry: Entry;
  readonly active: boolean;
  readonly onPoint: () => void;
  /** It leads elsewhere. */
  readonly onDone: () => void;
}) {
  const Glyph = ICONS[entry.group];
  const common = {
    id,
    role: 'option',
    tabIndex: -1,
    'aria-selected': active,
    className: styles.option,
    // Not when the list moves under a pointer that rests.
    onPointerMove: active ? undefined : onPoint,
  } as const;
  const face = (
    <>
      <Glyph size={17} stroke={1.6} aria-hidden />
      <span className={styles.words}>
        <span className={styles.name} data-code={entry.code}>
          <Marked name={entry.name} ranges={entry.ranges} />
        </span>
        {entry.about !== undefined && <span className={styles.about}>{entry.about}</span>}
      </span>
      {entry.mark !== undefined && <MarkLabel mark={entry.mark} />}
    </>
  );
  if ('act' in entry.leads) {
    return (
      <div {...common} onClick={entry.leads.act}>
        {face}
      </div>
    );
  }
  return (
    <Link
      {...entry.leads.link}
      {...common}
      preload={false}
      onClick={(event) => {
        // With Control it opens in a tab of its own, and this stays.
        if (!event.ctrlKey && !event.metaKey && !event.shiftKey) onDone();
      }}
    >
      {face}
    </Link>
  );
}

function MarkLabel({ mark }: { readonly mark: Mark }) {
  switch (mark.kind) {
    case 'presence':
      return <StatusLabel presence={mark.presence} />;
    case 'state':
      return <StateLabel state={mark.state} />;
    case 'batch':
      return <BatchStateLabel batch={mark.batch} />;
    case 'rollout':
      break;
  }
  return <RolloutStateLabel state={mark.state} />;
}

/** The name, what was found of it marked. */
function Marked({ name, ranges }: Pick<Entry, 'name' | 'ranges'>) {
  const parts: ReactNode[] = [];
  let done = 0;
  for (const [from, to] of ranges) {
    parts.push(name.slice(done, from), <mark key={from}>{name.slice(from, to)}</mark>);
    done = to;
  }
  return [...parts, name.slice(done)];
}
