import { Button } from '@mantine/core';
import { IconCircleCheck } from '../../ui/icons.ts';

import { useText } from '../../text/use-text.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import styles from './PasswordPage.module.css';

export function PasswordChanged({ onContinue }: { readonly onContinue: () => void }) {
  const { text } = useText();
  return (
    <div className={styles.card} role="status">
      <EmptyState icon={IconCircleCheck} title={text.passwordChanged}>
        <p>{text.passwordChangedHelp}</p>
        <Button mt="lg" onClick={onContinue}>
          {text.toSystem}
        </Button>
      </EmptyState>
    </div>
  );
}
