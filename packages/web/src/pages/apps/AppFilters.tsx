import { NativeSelect, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';

import { SERVICE_STATUSES } from '@ops/protocol/domain/app.ts';
import { CLIENT_STATUSES } from '@ops/protocol/domain/client.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';

import { useConsole } from '../../console.ts';
import { useAppText } from '../../text/use-app-text.ts';
import { IconChevronDown, IconSearch } from '../../ui/icons.ts';
import { MAX_NAME } from './apps-search.ts';
import type { AppsSearch } from './apps-search.ts';
import { serviceName } from './service-name.ts';
import styles from './AppsPage.module.css';

export type ChangeFilter = (next: { readonly [K in keyof AppsSearch]?: AppsSearch[K] | undefined }) => void;

/** The address changes this long after the last key. */
const TYPING_MS = 250;

/** The four filters of the page. They live in its address. */
export function AppFilters({
  search,
  hosts,
  onChange,
}: {
  readonly search: AppsSearch;
  readonly hosts: readonly ClientApps[];
  readonly onChange: ChangeFilter;
}) {
  const { text } = useAppText();
  const arrow = <IconChevronDown size={15} stroke={1.8} aria-hidden />;
  return (
    <div className={styles.filters} role="search" aria-label={text.tabApps}>
      <NativeSelect
        aria-label={text.filterByClient}
        rightSection={arrow}
        value={search.client ?? ''}
        onChange={({ currentTarget: { value } }) => onChange({ client: value === '' ? undefined : value })}
        data={[
          { value: '', label: text.anyClient },
          ...hosts.map(({ client_id: value, hostname: label }) => ({ value, label })),
        ]}
      />
      <NameField value={search.name ?? ''} onChange={(name) => onChange({ name: name || undefined })} />
      <NativeSelect
        aria-label={text.filterByConnection}
        rightSection={arrow}
        value={search.connection ?? ''}
        onChange={({ currentTarget: { value } }) =>
          onChange({ connection: CLIENT_STATUSES.find((one) => one === value) })
        }
        data={[
          { value: '', label: text.anyConnection },
          { value: 'online', label: text.online },
          { value: 'offline', label: text.offline },
        ]}
      />
      <NativeSelect
        aria-label={text.filterByService}
        rightSection={arrow}
        value={search.status ?? ''}
        onChange={({ currentTarget: { value } }) =>
          onChange({ status: SERVICE_STATUSES.find((one) => one === value) })
        }
        data={[
          { value: '', label: text.anyService },
          ...SERVICE_STATUSES.map((value) => ({ value, label: serviceName(value, text) })),
        ]}
      />
    </div>
  );
}

/** Changes the address when the typing rests. */
function NameField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (name: string) => void;
}) {
  const { text } = useAppText();
  const { clock } = useConsole();
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  // The address changed by other means (back, a cleared filter).
  if (value !== told) {
    setTold(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === told) return undefined;
    const timer = clock.after(TYPING_MS, () => {
      setTold(typed);
      onChange(typed);
    });
    return () => timer.cancel();
  });
  return (
    <TextInput
      type="search"
      className={styles.name}
      aria-label={text.filterByName}
      placeholder={text.filterByName}
      maxLength={MAX_NAME}
      autoComplete="off"
      spellCheck={false}
      leftSection={<IconSearch size={16} stroke={1.7} />}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}
