import { NativeSelect } from '@mantine/core';
import { DEFAULT_TIMEOUT_SECS } from '@ops/protocol/domain/command.ts';
import { DEFAULT_CONCURRENCY } from '@ops/protocol/http/batches.ts';

import { BOUNDS, QUEUE_CHOICES } from '../../commands/order.ts';
import type { NumberName, Order } from '../../commands/order.ts';
import type { Format } from '../../text/format.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import type { CommandText } from '../../text/use-command-text.ts';
import { Fold } from '../../ui/Fold.tsx';
import form from '../../ui/FormPage.module.css';
import { IconChevronDown } from '../../ui/icons.ts';
import { NumberField } from '../../ui/NumberField.tsx';
import styles from './CommandsPage.module.css';

/** What is set, in a line, for whoever leaves the options folded. */
function summary(order: Order, many: boolean, text: CommandText, format: Format): string {
  const parts = [
    text.optionsSummary(format.duration((order.timeoutSecs ?? DEFAULT_TIMEOUT_SECS) * 1000)),
    order.queueSecs !== undefined && text.optionKeeps(format.duration(order.queueSecs * 1000)),
    many && order.concurrency !== undefined && text.optionConcurrency(order.concurrency),
    many && order.stopAfterFailures !== undefined && text.optionStops(order.stopAfterFailures),
  ];
  return parts.filter((part) => part !== false).join(' · ');
}

/** How it runs. Folded: the usual suits most. */
export function OptionsPanel({
  order,
  many,
  onChange,
}: {
  readonly order: Order;
  /** More than one host: concurrency and stopping mean something. */
  readonly many: boolean;
  readonly onChange: (next: Partial<Order>) => void;
}) {
  const { text, format } = useCommandText();
  const queues = [
    ...new Set([...QUEUE_CHOICES, ...(order.queueSecs === undefined ? [] : [order.queueSecs])]),
  ];
  return (
    <Fold
      summary={
        <>
          {text.options}
          <span className={styles.set}>{summary(order, many, text, format)}</span>
        </>
      }
      className={styles.options}
    >
      <div className={form.grid}>
        <OrderNumber
          field="timeoutSecs"
          label={text.timeoutField}
          help={text.timeoutHelpField}
          usual={String(DEFAULT_TIMEOUT_SECS)}
          order={order}
          onChange={onChange}
        />
        <NativeSelect
          label={text.queueField}
          description={text.queueHelp}
          rightSection={<IconChevronDown size={15} stroke={1.8} aria-hidden />}
          value={String(order.queueSecs ?? '')}
          onChange={(event) => {
            const { value } = event.currentTarget;
            onChange({ queueSecs: value === '' ? undefined : Number(value) });
          }}
          data={[
            { value: '', label: text.queueNot },
            ...queues.map((secs) => ({
              value: String(secs),
              label: text.queueFor(format.duration(secs * 1000)),
            })),
          ]}
        />
        {many && (
          <>
            <OrderNumber
              field="concurrency"
              label={text.concurrencyField}
              help={text.concurrencyHelp}
              usual={String(DEFAULT_CONCURRENCY)}
              order={order}
              onChange={onChange}
            />
            <OrderNumber
              field="stopAfterFailures"
              label={text.stopField}
              help={text.stopHelp}
              usual=""
              order={order}
              onChange={onChange}
            />
          </>
        )}
      </div>
    </Fold>
  );
}

function OrderNumber({
  field,
  label,
  help,
  usual,
  order,
  onChange,
}: {
  readonly field: NumberName;
  readonly label: string;
  readonly help: string;
  readonly usual: string;
  readonly order: Order;
  readonly onChange: (next: Partial<Order>) => void;
}) {
  const { text, format } = useCommandText();
  const { min, max } = BOUNDS[field];
  return (
    <NumberField
      label={label}
      help={help}
      usual={usual}
      wrong={text.badNumber(format.number(min), format.number(max))}
      value={order[field]}
      bounds={BOUNDS[field]}
      onChange={(value) => onChange({ [field]: value })}
    />
  );
}
