import { Skeleton, TextInput } from '@mantine/core';
import { checkCommand } from '@ops/protocol/http/commands.ts';
import type { AnswerOf } from '@ops/protocol/http/endpoint.ts';

import { RefusalWords } from '../../commands/RefusalWords.tsx';
import { usePredefined } from '../../commands/use-predefined.ts';
import { MAX_TYPED } from '../../commands/order-address.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import form from '../../ui/FormPage.module.css';
import { IconCircleCheck } from '../../ui/icons.ts';
import { Panel } from '../../ui/Panel.tsx';
import { useVerdict } from './use-verdict.ts';
import styles from './CommandsPage.module.css';

type Verdict = AnswerOf<typeof checkCommand>;

/** What runs: chosen from the list or typed, and what the policy says of it. */
export function CommandPanel({
  command,
  onChange,
}: {
  readonly command: string;
  readonly onChange: (command: string) => void;
}) {
  const { text } = useCommandText();
  const { verdict, asking } = useVerdict(command);
  return (
    <Panel title={text.command}>
      <Predefined command={command} onChange={onChange} />
      <TextInput
        label={text.typedCommand}
        placeholder={text.commandHint}
        name="command"
        size="md"
        maxLength={MAX_TYPED}
        autoComplete="off"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        className={form.mono}
        value={command}
        onChange={(event) => onChange(event.currentTarget.value)}
        aria-describedby="verdict"
      />
      <div id="verdict" className={styles.verdict} role="status">
        {command.trim() !== '' &&
          (verdict === undefined ? asking && text.checking : <Said verdict={verdict} command={command} />)}
      </div>
    </Panel>
  );
}

function Said({ verdict, command }: { readonly verdict: Verdict; readonly command: string }) {
  const { text } = useCommandText();
  if (verdict.refusal !== null) return <RefusalWords refusal={verdict.refusal} title={text.refused} />;
  return (
    <span className={styles.allowed}>
      <IconCircleCheck size={16} stroke={1.8} aria-hidden />
      {text.allowed}
      {verdict.ran !== null && verdict.ran !== command.trim() && (
        <span className={styles.normalised}>
          {text.willRunAs} <code>{verdict.ran}</code>
        </span>
      )}
    </span>
  );
}

function Predefined({
  command,
  onChange,
}: {
  readonly command: string;
  readonly onChange: (command: string) => void;
}) {
  const { text } = useCommandText();
  const { data, isError } = usePredefined();
  if (isError) return <p className={form.note}>{text.predefinedFailed}</p>;
  if (data === undefined) return <Skeleton height="8rem" />;
  return (
    <div className={styles.predefined} role="group" aria-label={text.predefined}>
      {data.categories.map((category) => (
        <div key={category.id} className={styles.category}>
          <span className={styles.categoryName}>{category.label}</span>
          <div className={styles.commands}>
            {category.commands.map((entry) => (
              <button
                key={entry.command}
                type="button"
                className={styles.preset}
                title={entry.description}
                aria-pressed={entry.command === command.trim()}
                onClick={() => onChange(entry.command)}
              >
                <code>{entry.command}</code>
                <span>{entry.label}</span>
              </button>
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}
