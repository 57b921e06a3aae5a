import { TextInput } from '@mantine/core';
import { useRef } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { MAX_HOSTS_IN_ADDRESS } from '../../commands/order-address.ts';
import { TARGET_KINDS } from '../../commands/order.ts';
import type { TargetKind, Targets } from '../../commands/order.ts';
import type { FleetState } from '../../live/fleet-state.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { Failed } from '../../ui/Failed.tsx';
import form from '../../ui/FormPage.module.css';
import { Panel } from '../../ui/Panel.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { HostPicker } from './HostPicker.tsx';

const MAX_SELECTOR = 1024;

const EMPTY: { readonly [K in TargetKind]: Targets & { kind: K } } = {
  hosts: { kind: 'hosts', ids: [] },
  selector: { kind: 'selector', selector: '' },
  all: { kind: 'all' },
};

/** Where the command runs. */
export function TargetsPanel({
  targets,
  fleet,
  failure,
  refusal,
  allWords,
  onChange,
  onRetry,
}: {
  readonly targets: Targets;
  readonly fleet: FleetState | undefined;
  /** What kept the hosts from being read. */
  readonly failure: unknown;
  /** Why the server does not take the selector. */
  readonly refusal: string | undefined;
  /** Who is meant by all, when that is not every host. */
  readonly allWords?: string | undefined;
  readonly onChange: (targets: Targets) => void;
  /** The hosts are asked for once more. */
  readonly onRetry: () => void;
}) {
  const { text, format } = useCommandText();
  /** What was filled in under each kind, for whoever looks at another and comes back. */
  const left = useRef<Partial<Record<TargetKind, Targets>>>({});
  /** A selector is written without knowing them. */
  const isUnread = fleet === undefined && targets.kind !== 'selector' && failure instanceof ApiError;
  const names = { hosts: text.targetHosts, selector: text.targetSelector, all: text.targetAll };

  return (
    <Panel
      title={text.targets}
      aside={
        <Segments
          label={text.targetKind}
          value={targets.kind}
          options={TARGET_KINDS.map((value) => ({ value, name: names[value] }))}
          onChange={(kind) => {
            left.current[targets.kind] = targets;
            onChange(left.current[kind] ?? EMPTY[kind]);
          }}
        />
      }
    >
      {isUnread && <Failed title={text.hostsFailedToLoad} error={failure} onRetry={onRetry} />}
      {targets.kind === 'hosts' && !isUnread && (
        <>
          <HostPicker
            clients={fleet?.clients ?? new Map()}
            chosen={targets.ids}
            onChange={(ids) => onChange({ kind: 'hosts', ids })}
          />
          {targets.ids.length > MAX_HOSTS_IN_ADDRESS && <p className={form.note}>{text.tooManyForAddress}</p>}
        </>
      )}
      {targets.kind === 'selector' && (
        <TextInput
          label={text.selectorLabel}
          description={text.selectorHelp}
          placeholder={text.selectorHint}
          maxLength={MAX_SELECTOR}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          error={refusal}
          className={form.mono}
          value={targets.selector}
          onChange={(event) => onChange({ kind: 'selector', selector: event.currentTarget.value })}
        />
      )}
      {targets.kind === 'all' && !isUnread && (
        <p className={form.note}>{allWords ?? text.allHelp(fleet?.counts.total ?? 0, format)}</p>
      )}
    </Panel>
  );
}
