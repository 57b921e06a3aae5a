import { Button, PasswordInput } from '@mantine/core';
import { MAX_PASSWORD, MIN_PASSWORD } from '@ops/protocol/http/auth.ts';
import { IconAlertCircle, IconCircleCheck, IconCircleDashed } from '../../ui/icons.ts';
import { useState } from 'react';
import type { FormEvent } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { useConsole, useSignal } from '../../console.ts';
import { useText } from '../../text/use-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { Banner } from '../../ui/Banner.tsx';
import { useCountdown } from '../../ui/use-countdown.ts';
import styles from './PasswordPage.module.css';

/** Which field a refusal belongs to; undefined: to none of them. */
export function blamed(error: ApiError): 'current' | 'next' | undefined {
  if (error.code === 'invalid_credentials') return 'current';
  return error.code === 'weak_password' || error.field === 'body.new_password' ? 'next' : undefined;
}

export function PasswordForm({ onDone }: { readonly onDone: () => void }) {
  const { text } = useText();
  const { session } = useConsole();
  const state = useSignal(session.state);
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError>();
  const waitSecs = useCountdown(failure);

  const longEnough = next.length >= MIN_PASSWORD && next.length <= MAX_PASSWORD;
  const same = again !== '' && next === again;
  const field = failure && blamed(failure);
  const words = failure && wordsOfError(failure, text);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await session.changePassword(current, next);
      onDone();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className={styles.card} onSubmit={(event) => void submit(event)}>
      {failure !== undefined && field === undefined && (
        <div role="alert">
          <Banner tone="bad" icon={IconAlertCircle}>
            {words}
          </Banner>
        </div>
      )}
      {/* For password managers: whose password this is. */}
      <input
        type="text"
        name="username"
        autoComplete="username"
        value={'user' in state ? state.user.name : ''}
        readOnly
        hidden
      />
      <PasswordInput
        label={text.currentPassword}
        size="md"
        required
        withAsterisk={false}
        autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': text.showPassword }}
        error={field === 'current' && text.currentPasswordWrong}
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
      />
      <PasswordInput
        label={text.newPassword}
        size="md"
        required
        withAsterisk={false}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': text.showPassword }}
        error={field === 'next' && words}
        value={next}
        onChange={(event) => setNext(event.currentTarget.value)}
      />
      <PasswordInput
        label={text.newPasswordAgain}
        size="md"
        required
        withAsterisk={false}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': text.showPassword }}
        value={again}
        onChange={(event) => setAgain(event.currentTarget.value)}
      />
      <ul className={styles.rules}>
        <Rule met={longEnough} words={text.passwordLength(MIN_PASSWORD, MAX_PASSWORD)} />
        <Rule met={same} words={text.passwordsMatch} />
      </ul>
      <p className={styles.note}>{text.passwordNote}</p>
      <Button
        type="submit"
        size="md"
        loading={busy}
        disabled={!longEnough || !same || current === '' || waitSecs > 0}
      >
        {waitSecs > 0 ? text.tryAgainIn(waitSecs) : text.changePassword}
      </Button>
    </form>
  );
}

function Rule({ met, words }: { readonly met: boolean; readonly words: string }) {
  const { text } = useText();
  const Glyph = met ? IconCircleCheck : IconCircleDashed;
  return (
    <li data-met={met || undefined}>
      <Glyph size={16} stroke={1.8} role="img" aria-label={met ? text.met : text.notMet} />
      {words}
    </li>
  );
}
