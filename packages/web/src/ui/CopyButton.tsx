import { ActionIcon } from '@mantine/core';
import { IconCheck, IconCopy } from './icons.ts';
import { useEffect, useState } from 'react';

import { copyText } from '../browser/clipboard.ts';
import { useConsole } from '../console.ts';
import { useText } from '../text/use-text.ts';

const SHOWN_MS = 1500;

/** Copies `value` (or what it gives when it comes to it), and says for a moment that it did. */
export function useCopy(value: string | (() => string)): {
  readonly copied: boolean;
  readonly copy: () => void;
} {
  const { clock } = useConsole();
  const [copied, setCopied] = useState(0);
  useEffect(() => {
    if (copied === 0) return undefined;
    const timer = clock.after(SHOWN_MS, () => setCopied(0));
    return () => timer.cancel();
  }, [copied, clock]);
  const copy = (): void => {
    void copyText(typeof value === 'string' ? value : value()).then((done) => {
      if (done) setCopied((times) => times + 1);
    });
  };
  return { copied: copied > 0, copy };
}

export function CopyButton({
  value,
  label,
}: {
  readonly value: string | (() => string);
  readonly label: string;
}) {
  const { text } = useText();
  const { copied, copy } = useCopy(value);
  return (
    <ActionIcon
      aria-label={copied ? text.copied : label}
      title={copied ? text.copied : label}
      color={copied ? 'ok' : 'off'}
      onClick={copy}
    >
      {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
    </ActionIcon>
  );
}
