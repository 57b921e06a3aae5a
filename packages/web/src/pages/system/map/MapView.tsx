import { NativeSelect, VisuallyHidden } from '@mantine/core';
import { useEffect, useState } from 'react';

import { useVisible } from '../../../browser/use-visible.ts';
import { useConsole, useSignal } from '../../../console.ts';
import { createMapLive } from '../../../live/map-live.ts';
import { REMEMBERED, recall, remember } from '../../../preferences/remembered.ts';
import { useOverviewText } from '../../../text/use-overview-text.ts';
import { IconChevronDown } from '../../../ui/icons.ts';
import { NO_GROUP, readShade } from '../fleet-search.ts';
import type { FleetSearch } from '../fleet-search.ts';
import { cellWords } from './cell-words.ts';
import { MapGrid } from './MapGrid.tsx';
import { MapLegend } from './MapLegend.tsx';
import styles from './MapView.module.css';

/** The whole fleet at once: each host a cell, grouped by a label, filled to the share of a resource in use. */
export function MapView({
  search,
  onChange,
}: {
  readonly search: FleetSearch;
  readonly onChange: (next: Partial<FleetSearch>) => void;
}) {
  const { text, format } = useOverviewText();
  const { streams, session, serverClock } = useConsole();
  const visible = useVisible();
  const [live] = useState(() => createMapLive({ ...streams, onRefused: () => void session.check() }));
  const picture = useSignal(live.picture);
  const { cells, keys } = picture;
  const [pointed, setPointed] = useState<string>();

  // Without a choice: by the label that most hosts have.
  const group = search.group ?? recall(REMEMBERED.mapGroup) ?? keys[0] ?? NO_GROUP;
  const shade = search.shade ?? readShade(recall(REMEMBERED.mapShade)) ?? 'status';
  useEffect(() =>
    live.ask({
      status: search.status,
      search: search.q,
      group: group === NO_GROUP ? undefined : group,
      shade: shade === 'status' ? undefined : shade,
    }),
  );
  useEffect(() => (visible ? live.watch() : undefined), [live, visible]);

  const arrow = <IconChevronDown size={15} stroke={1.8} aria-hidden />;
  const about = pointed === undefined ? undefined : cells?.find(({ id }) => id === pointed);
  const choices = keys.includes(group) || group === NO_GROUP ? keys : [group, ...keys];
  return (
    <section className={styles.map} aria-label={text.map}>
      <div className={styles.bar}>
        <NativeSelect
          aria-label={text.groupBy}
          rightSection={arrow}
          value={group}
          onChange={({ currentTarget: { value } }) => {
            remember(REMEMBERED.mapGroup, value);
            onChange({ group: value });
          }}
          data={[
            { value: NO_GROUP, label: text.noGroup },
            ...choices.map((key) => ({ value: key, label: `${text.groupBy}: ${key}` })),
          ]}
        />
        <NativeSelect
          aria-label={text.shadeBy}
          rightSection={arrow}
          value={shade}
          onChange={({ currentTarget: { value } }) => {
            const chosen = readShade(value) ?? 'status';
            remember(REMEMBERED.mapShade, chosen);
            onChange({ shade: chosen });
          }}
          data={[
            { value: 'status', label: `${text.shadeBy}: ${text.shadeStatus}` },
            { value: 'cpu', label: `${text.shadeBy}: ${text.cpu}` },
            { value: 'memory', label: `${text.shadeBy}: ${text.memory}` },
            { value: 'disk', label: `${text.shadeBy}: ${text.disk}` },
          ]}
        />
        <MapLegend shade={picture.shade} />
      </div>
      <p className={styles.about}>
        {about ? cellWords(about, picture.shade, text, format, serverClock.now()) : text.pointAtHost}
      </p>
      <VisuallyHidden id="map-help">{text.mapHelp}</VisuallyHidden>
      {cells === undefined ? (
        <div className={styles.coming} aria-busy />
      ) : (
        <MapGrid cells={cells} picture={picture} onPoint={setPointed} />
      )}
    </section>
  );
}
