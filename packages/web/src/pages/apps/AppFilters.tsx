import { Button, NativeSelect } from '@mantine/core';
import { CLIENT_STATUSES } from '@ops/protocol/domain/client.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';

import { memo } from 'react';

import { useAppText } from '../../text/use-app-text.ts';
import { IconAlertTriangle, IconChevronDown } from '../../ui/icons.ts';
import { SearchField } from '../../ui/SearchField.tsx';
import { MAX_NAME, STATUS_FILTERS } from './apps-search.ts';
import type { AppsSearch } from './apps-search.ts';
import { serviceName } from './service-name.ts';
import styles from './AppsPage.module.css';

export type ChangeFilter = (next: { readonly [K in keyof AppsSearch]?: AppsSearch[K] | undefined }) => void;

interface HostOptionsProps {
  readonly hosts: readonly ClientApps[];
}

function hasSameHosts({ hosts }: HostOptionsProps, { hosts: others }: HostOptionsProps): boolean {
  return (
    hosts.length === others.length &&
    hosts.every(({ client_id: id, hostname }, at) => {
      const other = others[at];
      return other?.client_id === id && other.hostname === hostname;
    })
  );
}

/** There may be ten thousand: drawn again only when they are others, not when an application of one is. */
const HostOptions = memo(function HostOptions({ hosts }: HostOptionsProps) {
  return hosts.map(({ client_id: id, hostname }) => (
    <option key={id} value={id}>
      {hostname}
    </option>
  ));
}, hasSameHosts);

/** The filters of the page. They live in its address. */
export function AppFilters({
  search,
  hosts,
  drifted,
  onChange,
}: {
  readonly search: AppsSearch;
  readonly hosts: readonly ClientApps[];
  /** Apps that differ from the same one elsewhere. */
  readonly drifted: number;
  readonly onChange: ChangeFilter;
}) {
  const { text, format } = useAppText();
  const arrow = <IconChevronDown size={15} stroke={1.8} aria-hidden />;
  return (
    <div className={styles.filters} role="search" aria-label={text.tabApps}>
      <NativeSelect
        aria-label={text.filterByClient}
        rightSection={arrow}
        value={search.client ?? ''}
        onChange={({ currentTarget: { value } }) => onChange({ client: value === '' ? undefined : value })}
      >
        <option value="">{text.anyClient}</option>
        <HostOptions hosts={hosts} />
      </NativeSelect>
      <SearchField
        className={styles.name}
        label={text.filterByName}
        value={search.name ?? ''}
        maxLength={MAX_NAME}
        ofPage
        onChange={(name) => onChange({ name: name || undefined })}
      />
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
          onChange({ status: STATUS_FILTERS.find((one) => one === value) })
        }
        data={[
          { value: '', label: text.anyService },
          ...STATUS_FILTERS.map((value) => ({
            value,
            label: value === 'failing' ? text.failing : serviceName(value, text),
          })),
        ]}
      />
      {(drifted > 0 || search.drift !== undefined) && (
        <Button
          variant={search.drift === undefined ? 'default' : 'light'}
          aria-pressed={search.drift !== undefined}
          title={text.onlyDriftHelp}
          leftSection={<IconAlertTriangle size={16} stroke={1.7} aria-hidden />}
          onClick={() => onChange({ drift: search.drift === undefined ? 'only' : undefined })}
        >
          {text.onlyDrift(format.number(drifted))}
        </Button>
      )}
    </div>
  );
}
