import { Button, PasswordInput, TextInput } from '@mantine/core';
import { IconAlertCircle } from '../../ui/icons.ts';
import { useEffect, useRef, useState } from 'react';
import type { FormEvent } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console.ts';
import { wordsOfError } from '../../text/words.ts';
import { useText } from '../../text/use-text.ts';
import { Banner } from '../../ui/Banner.tsx';
import { useCountdown } from '../../ui/use-countdown.ts';
import styles from './LoginPage.module.css';

/** The bounds of the server. */
const MAX_USERNAME = 64;
const MAX_PASSWORD = 1024;

export function LoginForm({ username: known = '' }: { readonly username?: string }) {
  const { text } = useText();
  const { session } = useConsole();
  const [username, setUsername] = useState(known);
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError>();
  const passwordField = useRef<HTMLInputElement>(null);
  const waitSecs = useCountdown(failure);

  useEffect(() => {
    if (known !== '') passwordField.current?.focus();
  }, [known]);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy || waitSecs > 0) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await session.signIn(username.trim(), password);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
      if (error.code === 'invalid_credentials') {
        setPassword('');
        passwordField.current?.focus();
      }
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      {failure !== undefined && (
        <div role="alert">
          <Banner tone="bad" icon={IconAlertCircle}>
            {wordsOfError(failure, text)}
          </Banner>
        </div>
      )}
      <TextInput
        label={text.username}
        name="username"
        size="md"
        required
        withAsterisk={false}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={MAX_USERNAME}
        data-autofocus={known === '' || undefined}
        value={username}
        onChange={(event) => setUsername(event.currentTarget.value)}
      />
      <PasswordInput
        ref={passwordField}
        label={text.password}
        name="password"
        size="md"
        required
        withAsterisk={false}
        autoComplete="current-password"
        maxLength={MAX_PASSWORD}
        visibilityToggleButtonProps={{ 'aria-label': text.showPassword }}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Button type="submit" size="md" fullWidth loading={busy} disabled={waitSecs > 0}>
        {waitSecs > 0 ? text.tryAgainIn(waitSecs) : text.signIn}
      </Button>
    </form>
  );
}
