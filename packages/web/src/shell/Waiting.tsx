import { Button, Loader } from '@mantine/core';
import { IconPlugConnectedX } from '../ui/icons.ts';

import { useConsole } from '../console.ts';
import { useText } from '../text/use-text.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import styles from './Waiting.module.css';

/** The moment before it is known who this is. */
export function Checking() {
  const { text } = useText();
  return (
    <main className={styles.waiting} aria-busy>
      <Loader size="sm" className={styles.late} role="progressbar" aria-label={text.loading} />
    </main>
  );
}

/** No answer at the start. The session asks again by itself. */
export function Unreachable() {
  const { text } = useText();
  const { session } = useConsole();
  return (
    <main className={styles.waiting}>
      <EmptyState icon={IconPlugConnectedX} title={text.unreachable} whole>
        <p>{text.unreachableHelp}</p>
        <Button mt="md" variant="default" onClick={() => void session.check()}>
          {text.tryAgain}
        </Button>
      </EmptyState>
    </main>
  );
}
