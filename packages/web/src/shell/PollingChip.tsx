import { Button } from '@mantine/core';
import { useState } from 'react';

import { useConsole, useSignal } from '../console.ts';
import { usePollingText } from '../text/use-polling-text.ts';
import { CodeBlock } from '../ui/CodeBlock.tsx';
import { Dialog, DialogActions } from '../ui/Dialog.tsx';
import { IconRefreshAlert } from '../ui/icons.ts';
import styles from './PollingChip.module.css';

/** What mends it in nginx; the server has asked for the first by a header, which that nginx ignores. */
const NGINX = ['proxy_buffering off;', 'proxy_read_timeout 75s;', 'gzip off;'].join('\n');

/** Says that live updates come by polling, why, and what mends it. Nothing while they come by streams. */
export function PollingChip() {
  const { text } = usePollingText();
  const way = useSignal(useConsole().way);
  const [open, setOpen] = useState(false);
  if (way === 'stream') return null;
  return (
    <>
      <button
        type="button"
        className={styles.chip}
        aria-haspopup="dialog"
        aria-label={text.pollingLabel}
        title={text.pollingLabel}
        onClick={() => setOpen(true)}
      >
        <IconRefreshAlert size={16} stroke={1.7} aria-hidden />
        <span className={styles.word}>{text.polling}</span>
      </button>
      <Dialog open={open} title={text.pollingTitle} onClose={() => setOpen(false)}>
        <p>{text.pollingWhy}</p>
        <p>{text.pollingMend}</p>
        <CodeBlock code={NGINX} copyLabel={text.copyLines} />
        <p className={styles.again}>{text.pollingAgain}</p>
        <DialogActions>
          <Button onClick={() => setOpen(false)}>{text.understood}</Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
