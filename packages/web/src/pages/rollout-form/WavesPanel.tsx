import { Button, TextInput } from '@mantine/core';
import { DEFAULT_WAVES } from '@ops/protocol/domain/rollout.ts';
import type { ReactNode } from 'react';

import { MAX_WAVE_TEXT } from '../../rollouts/rollout-address.ts';
import { readWaves, writeWaves } from '../../rollouts/wave-text.ts';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import form from '../../ui/FormPage.module.css';
import { Panel } from '../../ui/Panel.tsx';
import type { Draft } from './rollout-draft.ts';
import type { Plan } from './rollout-plan.ts';
import styles from './RolloutFormPage.module.css';

/** In how many steps, and what is asked of each before the next. */
export function WavesPanel({
  draft,
  plan,
  refusal,
  onChange,
  children,
}: {
  readonly draft: Draft;
  readonly plan: Plan | undefined;
  /** Why the server does not take them. */
  readonly refusal: string | undefined;
  readonly onChange: (next: Partial<Draft>) => void;
  readonly children: ReactNode;
}) {
  const { text, format } = useRolloutText();
  const typed = draft.waves ?? writeWaves(DEFAULT_WAVES, text.rest);
  const read = readWaves(typed);
  const wrong = 'wrong' in read ? text.wavesWrong(read.wrong) : refusal;
  const presets: readonly (readonly [string, readonly string[]])[] = [
    [text.presetDefault, DEFAULT_WAVES],
    [text.presetTwo, ['1', 'rest']],
    [text.presetOnce, ['rest']],
  ];
  return (
    <Panel
      title={text.waves}
      aside={
        plan !== undefined && plan.targets > 0
          ? text.resolvedWaves(plan.waves.map((hosts) => format.number(hosts)))
          : undefined
      }
    >
      <div className={form.fields}>
        <TextInput
          aria-label={text.waves}
          description={text.wavesHelp}
          maxLength={MAX_WAVE_TEXT}
          autoComplete="off"
          spellCheck={false}
          error={wrong}
          value={typed}
          onChange={(event) => onChange({ waves: event.currentTarget.value })}
        />
        <div className={styles.chips}>
          {presets.map(([name, waves]) => {
            const words = writeWaves(waves, text.rest);
            return (
              <Button
                key={name}
                size="compact-sm"
                variant={words === typed ? 'light' : 'default'}
                aria-pressed={words === typed}
                onClick={() => onChange({ waves: waves === DEFAULT_WAVES ? undefined : words })}
              >
                {name}
              </Button>
            );
          })}
        </div>
        {children}
      </div>
    </Panel>
  );
}
