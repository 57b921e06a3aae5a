import { useCommandText } from '../text/use-command-text.ts';
import type { CommandText } from '../text/use-command-text.ts';
import { IconBan } from '../ui/icons.ts';
import styles from './RefusalWords.module.css';

export interface RefusalView {
  readonly rule: string;
  readonly token: string;
  readonly reason: string;
}

function ruleName(rule: string, text: CommandText): string {
  const names: Readonly<Record<string, string>> = {
    EMPTY: text.ruleEmpty,
    TOO_LONG: text.ruleTooLong,
    BAD_CHARACTER: text.ruleBadCharacter,
    TOO_MANY_ARGUMENTS: text.ruleTooManyArguments,
    DANGEROUS: text.ruleDangerous,
    NOT_ALLOWED: text.ruleNotAllowed,
    BAD_ARGUMENT: text.ruleBadArgument,
    BAD_SCRIPT_PATH: text.ruleBadScriptPath,
  };
  return names[rule] ?? rule;
}

/** Which rule refused, which part is to blame, and what to do instead. */
export function RefusalWords({ refusal, title }: { readonly refusal: RefusalView; readonly title: string }) {
  const { text } = useCommandText();
  return (
    <div className={styles.refusal}>
      <IconBan size={16} stroke={1.8} aria-hidden />
      <div>
        <strong>
          {title} · {ruleName(refusal.rule, text)}
        </strong>
        {refusal.token !== '' && (
          <span className={styles.token}>
            {text.refusedPart} <code>{refusal.token}</code>
          </span>
        )}
        <p>{refusal.reason}</p>
      </div>
    </div>
  );
}
