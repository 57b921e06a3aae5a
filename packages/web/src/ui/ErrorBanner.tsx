import { ApiError } from '../api/api-error.ts';
import { useText } from '../text/use-text.ts';
import { wordsOfError } from '../text/words.ts';
import { Banner } from './Banner.tsx';
import { IconAlertCircle } from './icons.ts';
import { useCountdown } from './use-countdown.ts';

/** Why what was asked for was not done, and how long to wait if that is why. Nothing while nothing failed. */
export function ErrorBanner({
  error,
  noAnswer,
}: {
  readonly error: Error | null | undefined;
  /** What it means here when no answer came. */
  readonly noAnswer?: string;
}) {
  const { text } = useText();
  const failure = error instanceof ApiError ? error : undefined;
  const left = useCountdown(failure);
  if (failure === undefined) return null;
  return (
    <div role="alert">
      <Banner tone="bad" icon={IconAlertCircle}>
        {wordsOfError(failure, text)} {failure.status === 0 && noAnswer}
        {left > 0 && text.tryAgainIn(left)}
      </Banner>
    </div>
  );
}
