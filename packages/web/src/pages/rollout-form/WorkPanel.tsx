import { Button, TextInput } from '@mantine/core';

import { ROLLOUT_WORK } from '../../rollouts/rollout-address.ts';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import { CheckField } from '../../ui/CheckField.tsx';
import form from '../../ui/FormPage.module.css';
import { Panel } from '../../ui/Panel.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { isRightVersion } from './rollout-draft.ts';
import type { Draft } from './rollout-draft.ts';
import styles from './RolloutFormPage.module.css';
import type { VersionsByHost } from './use-app-hosts.ts';

const MAX_VERSION = 64;
/** Versions offered, the most frequent first. */
const MAX_OFFERED = 6;

function frequent(hosts: VersionsByHost | undefined): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const version of hosts?.values() ?? []) {
    if (version !== undefined && isRightVersion(version)) counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a).slice(0, MAX_OFFERED);
}

/** What is done to the application. */
export function WorkPanel({
  draft,
  hosts,
  onChange,
}: {
  readonly draft: Draft;
  readonly hosts: VersionsByHost | undefined;
  readonly onChange: (next: Partial<Draft>) => void;
}) {
  const { text, format } = useRolloutText();
  const names = {
    Update: text.actionUpdate,
    Start: text.actionStart,
    Stop: text.actionStop,
    Restart: text.actionRestart,
  };
  const seen = frequent(hosts);
  const wrong = draft.version !== '' && !isRightVersion(draft.version);
  return (
    <Panel
      title={text.whatToDo}
      aside={
        <Segments
          label={text.whatToDo}
          value={draft.work}
          options={ROLLOUT_WORK.map((value) => ({ value, name: names[value] }))}
          onChange={(work) => onChange({ work, status: undefined, timeoutSecs: undefined })}
        />
      }
    >
      {draft.work === 'Update' ? (
        <div className={form.fields}>
          <TextInput
            label={text.targetVersion}
            placeholder={text.versionHint}
            error={wrong ? text.wrongVersion : undefined}
            maxLength={MAX_VERSION}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className={form.mono}
            value={draft.version}
            onChange={(event) => onChange({ version: event.currentTarget.value.trim() })}
          />
          {seen.length > 0 && (
            <div className={styles.chips} role="group" aria-label={text.seenVersions}>
              <span className={form.note}>{text.seenVersions}</span>
              {seen.map(([version, count]) => (
                <Button
                  key={version}
                  size="compact-sm"
                  variant={version === draft.version ? 'light' : 'default'}
                  aria-pressed={version === draft.version}
                  onClick={() => onChange({ version })}
                >
                  {text.seenOn(version, format.number(count))}
                </Button>
              ))}
            </div>
          )}
          <CheckField
            label={text.restartAfter}
            help={text.restartAfterHelp}
            checked={draft.restart}
            onChange={(restart) => onChange({ restart })}
          />
        </div>
      ) : (
        <p className={form.note}>
          {{ Start: text.manyStart, Stop: text.manyStop, Restart: text.manyRestart }[draft.work]}
        </p>
      )}
    </Panel>
  );
}
