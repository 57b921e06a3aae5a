import { ActionIcon, VisuallyHidden } from '@mantine/core';
import type { ClientView } from '@ops/protocol/http/clients.ts';
import { fromTimestamp } from '@ops/protocol/http/endpoint.ts';
import { useId, useMemo, useState } from 'react';

import { ApiError } from '../../../api/api-error.ts';
import { useHostText } from '../../../text/use-host-text.ts';
import { wordsOfError } from '../../../text/words.ts';
import {
  IconChevronLeft,
  IconChevronRight,
  IconZoomIn,
  IconZoomOut,
  IconZoomReset,
} from '../../../ui/icons.ts';
import type { Icon } from '../../../ui/icons.ts';
import { Segments } from '../../../ui/Segments.tsx';
import { CLOCK_WORRY_MS } from '../clock-offset.ts';
import { DEFAULT_RANGE, MAX_WINDOW_MS, MIN_WINDOW_MS, RANGE_NAMES } from '../host-search.ts';
import type { HostSearch } from '../host-search.ts';
import { Chart } from './Chart.tsx';
import { CHART_KINDS } from './chart-kinds.ts';
import { useDrawing } from './Drawing.tsx';
import { MOVE_SHARE, ZOOM_IN, ZOOM_OUT } from './keys.ts';
import { isHole, rowsWithin } from './rows.ts';
import { SamplesTable } from './SamplesTable.tsx';
import { momentWords, windowWords } from './times.ts';
import { useSamples } from './use-samples.ts';
import { useTimeControl } from './use-time-control.ts';
import type { TimeControl } from './use-time-control.ts';
import styles from './Charts.module.css';

/** What the host does and did: all readings over one time that is chosen here. */
export function ChartsPanel({
  id,
  client,
  search,
  past,
}: {
  readonly id: string;
  readonly client: ClientView;
  readonly search: HostSearch;
  /** The readings are of another moment than now. */
  readonly past: boolean;
}) {
  const { text, format } = useHostText();
  const heading = useId();
  const group = useId();
  const [view, setView] = useState<'charts' | 'table'>('charts');
  const { rows: all, stepMs, window, newest, error, isFetching } = useSamples(id, client, search);
  const { from, to } = window;
  // The same object for the same time: the charts are drawn anew when it is another.
  const steady = useMemo(() => ({ from, to }), [from, to]);
  const control = useTimeControl(id, search, steady, newest);
  const rows = useMemo(() => all && rowsWithin(all, from, to), [all, from, to]);
  const drawing = useDrawing();
  const trouble =
    all === undefined && error instanceof ApiError
      ? `${text.historyFailed}: ${wordsOfError(error, text)}`
      : drawing.isError
        ? text.chartsFailed
        : undefined;
  const offClock = Math.abs(client.clock_offset_ms ?? 0) > CLOCK_WORRY_MS;
  const words = windowWords(window, text, format);
  const lastSeen = fromTimestamp(client.last_seen);
  return (
    <section aria-labelledby={heading} className={styles.panel} aria-busy={isFetching || undefined}>
      <header className={styles.bar}>
        <h2 id={heading}>{text.charts}</h2>
        <div className={styles.ranges}>
          <Segments
            label={text.timeRange}
            value={control.isZoomed ? '' : (search.range ?? DEFAULT_RANGE)}
            options={RANGE_NAMES.map((value) => ({ value, name: text.rangeNames[value] }))}
            onChange={(range) => range !== '' && control.choose(range)}
          />
        </div>
        <Segments
          label={text.chartsView}
          value={view}
          options={[
            { value: 'charts', name: text.asCharts },
            { value: 'table', name: text.asTable },
          ]}
          onChange={setView}
        />
      </header>
      <div className={styles.time}>
        <p className={styles.window}>
          <span>{words}</span>
          {!control.isZoomed && (
            <span className={styles.tag} data-live={!past || undefined}>
              {past ? text.endedWindow : text.liveWindow}
            </span>
          )}
          {offClock && <span className={styles.worry}>{text.hostClockNote}</span>}
        </p>
        <TimeButtons control={control} newest={newest} />
      </div>
      <VisuallyHidden role="status">{control.isZoomed && text.showing(words)}</VisuallyHidden>
      {rows?.every(isHole) && (
        <p className={styles.note}>
          {text.noDataInTime}. {past && text.lastDataAt(momentWords(lastSeen, format))}
        </p>
      )}
      {view === 'table' ? (
        <SamplesTable rows={rows ?? []} stepMs={stepMs} />
      ) : (
        <>
          <VisuallyHidden>{text.chartKeys}</VisuallyHidden>
          <div className={styles.charts}>
            {CHART_KINDS.map((kind) => (
              <Chart
                key={kind.id}
                kind={kind}
                client={client}
                rows={rows}
                stepMs={stepMs}
                control={control}
                group={group}
                past={past}
                trouble={trouble}
              />
            ))}
          </div>
        </>
      )}
    </section>
  );
}

function TimeButtons({ control, newest }: { readonly control: TimeControl; readonly newest: number }) {
  const { text } = useHostText();
  const { from, to } = control.window;
  const buttons: readonly {
    readonly name: string;
    readonly icon: Icon;
    readonly off: boolean;
    readonly press: () => void;
  }[] = [
    { name: text.earlier, icon: IconChevronLeft, off: false, press: () => control.move(-MOVE_SHARE) },
    { name: text.later, icon: IconChevronRight, off: to >= newest, press: () => control.move(MOVE_SHARE) },
    {
      name: text.zoomIn,
      icon: IconZoomIn,
      off: to - from <= MIN_WINDOW_MS,
      press: () => control.zoom(ZOOM_IN),
    },
    {
      name: text.zoomOut,
      icon: IconZoomOut,
      off: to - from >= MAX_WINDOW_MS,
      press: () => control.zoom(ZOOM_OUT),
    },
    { name: text.zoomReset, icon: IconZoomReset, off: !control.isZoomed, press: control.reset },
  ];
  return (
    <div className={styles.buttons}>
      {buttons.map(({ name, icon: Glyph, off, press }) => (
        <ActionIcon
          key={name}
          variant="subtle"
          color="gray"
          aria-label={name}
          title={name}
          disabled={off}
          onClick={press}
        >
          <Glyph size={18} stroke={1.7} aria-hidden />
        </ActionIcon>
      ))}
    </div>
  );
}
