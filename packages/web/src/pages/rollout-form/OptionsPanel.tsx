import { Button, NativeSelect } from '@mantine/core';
import { SERVICE_STATUSES } from '@ops/protocol/domain/app.ts';
import { GATE_READINGS } from '@ops/protocol/domain/rollout.ts';

import { gateWords, readingName } from '../../rollouts/rollout-words.ts';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import { Fold } from '../../ui/Fold.tsx';
import form from '../../ui/FormPage.module.css';
import { IconChevronDown, IconX } from '../../ui/icons.ts';
import { NumberField } from '../../ui/NumberField.tsx';
import { serviceName } from '../apps/service-name.ts';
import { BOUNDS, gateOf, onFailureOf, usualNumber } from './rollout-draft.ts';
import type { Draft, NumberName } from './rollout-draft.ts';
import styles from './RolloutFormPage.module.css';

const NOT_LOOKED_AT = 'any';
/** Where a new check begins: noticeable, and above what chance does. */
const USUAL_ABOVE = 20;
const ABOVE_BOUNDS = { min: 0, max: 1000 };

/** The gate and what else may be set. Folded: the usual suits most. */
export function OptionsPanel({
  draft,
  onChange,
}: {
  readonly draft: Draft;
  readonly onChange: (next: Partial<Draft>) => void;
}) {
  const { text, format } = useRolloutText();
  const gate = gateOf(draft);
  const summary = gateWords(
    { gate, max_failures: draft.maxFailures ?? 0, on_failure: onFailureOf(draft) },
    text,
    format,
  );
  const arrow = <IconChevronDown size={15} stroke={1.8} aria-hidden />;
  const number = (name: NumberName, label: string, help?: string) => (
    <NumberField
      label={label}
      {...(help !== undefined && { help })}
      usual={String(usualNumber(name, draft.work))}
      wrong={text.badNumber(format.number(BOUNDS[name].min), format.number(BOUNDS[name].max))}
      value={draft[name]}
      bounds={BOUNDS[name]}
      onChange={(value) => onChange({ [name]: value })}
    />
  );
  return (
    <Fold
      summary={
        <span>
          {text.options} <small>{text.gateSummary(summary)}</small>
        </span>
      }
      className={`${form.options} ${styles.options}`}
    >
      <div className={form.grid}>
        {number('soakSecs', text.soakField, text.soakHelp)}
        <NativeSelect
          label={text.statusField}
          rightSection={arrow}
          value={gate.status ?? NOT_LOOKED_AT}
          onChange={({ currentTarget: { value } }) =>
            onChange({ status: SERVICE_STATUSES.find((status) => status === value) ?? null })
          }
          data={[
            ...SERVICE_STATUSES.map((value) => ({ value, label: serviceName(value, text) })),
            { value: NOT_LOOKED_AT, label: text.statusAny },
          ]}
        />
        {number('maxRestarts', text.restartsField, text.restartsHelp)}
        {number('maxFailures', text.failuresField, text.failuresHelp)}
        {draft.work === 'Update' && (
          <NativeSelect
            label={text.onFailureField}
            rightSection={arrow}
            value={draft.onFailure}
            onChange={({ currentTarget: { value } }) =>
              onChange({ onFailure: value === 'rollback' ? 'rollback' : 'hold' })
            }
            data={[
              { value: 'hold', label: text.holdChoice },
              { value: 'rollback', label: text.rollbackChoice },
            ]}
          />
        )}
        {number('concurrency', text.concurrencyField, text.concurrencyHelp)}
        {number('timeoutSecs', text.timeoutField)}
      </div>
      <Checks draft={draft} onChange={onChange} />
    </Fold>
  );
}

/** Readings of changed hosts, held against those of hosts not changed yet. */
function Checks({
  draft,
  onChange,
}: {
  readonly draft: Draft;
  readonly onChange: (next: Partial<Draft>) => void;
}) {
  const { text, format } = useRolloutText();
  const { checks } = draft;
  const free = GATE_READINGS.filter((reading) => checks.every((check) => check.reading !== reading));
  const [next] = free;
  return (
    <fieldset className={styles.checks}>
      <legend>{text.checks}</legend>
      <p className={form.note}>{text.checksHelp}</p>
      {checks.map((check, at) => (
        <div key={check.reading} className={styles.check}>
          <NativeSelect
            label={text.readingField}
            rightSection={<IconChevronDown size={15} stroke={1.8} aria-hidden />}
            value={check.reading}
            onChange={({ currentTarget: { value } }) => {
              const reading = GATE_READINGS.find((each) => each === value) ?? check.reading;
              onChange({ checks: checks.with(at, { ...check, reading }) });
            }}
            data={GATE_READINGS.filter((each) => each === check.reading || free.includes(each)).map(
              (value) => ({ value, label: readingName(value, text) }),
            )}
          />
          <NumberField
            label={text.maxAbove}
            usual={String(USUAL_ABOVE)}
            wrong={text.badNumber(format.number(ABOVE_BOUNDS.min), format.number(ABOVE_BOUNDS.max))}
            value={check.above}
            bounds={ABOVE_BOUNDS}
            onChange={(above) =>
              onChange({ checks: checks.with(at, { ...check, above: above ?? USUAL_ABOVE }) })
            }
          />
          <Button
            variant="subtle"
            color="off"
            aria-label={text.removeCheck(readingName(check.reading, text))}
            onClick={() => onChange({ checks: checks.toSpliced(at, 1) })}
          >
            <IconX size={16} aria-hidden />
          </Button>
        </div>
      ))}
      {next !== undefined && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => onChange({ checks: [...checks, { reading: next, above: USUAL_ABOVE }] })}
        >
          {text.addCheck}
        </Button>
      )}
    </fieldset>
  );
}
