import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { Link } from '@tanstack/react-router';

import { paths } from '../../paths.ts';
import { useAppText } from '../../text/use-app-text.ts';
import { runningWords } from './app-actions.ts';
import styles from './RunningAction.module.css';

/** An action that is not over: which, by whom, and the way to what it writes. */
export function RunningAction({ command }: { readonly command: CommandSummary }) {
  const { text } = useAppText();
  return (
    <Link to={paths.run} params={{ id: command.id }} className={styles.running} title={text.watchOutput}>
      <span className={styles.dot} aria-hidden />
      <span>
        {runningWords(command, text)} · {command.created_by}
      </span>
    </Link>
  );
}
