import { useId, useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';

import styles from './Dialog.module.css';

/**
 * A question that has to be answered first. The browser keeps the focus inside, closes it on Escape, and gives the focus
 * back to where it was.
 */
export function Dialog({
  open,
  title,
  onClose,
  children,
  className = '',
  bare = false,
}: {
  readonly open: boolean;
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Beside the looks of every dialog. */
  readonly className?: string | undefined;
  /** Without frame and heading: the title is only its name. */
  readonly bare?: boolean;
}) {
  const heading = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (!open) return undefined;
    shown?.showModal();
    // Before it is taken away: what is gone gives no focus back.
    return () => shown?.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      className={`${styles.dialog} ${className}`}
      aria-labelledby={bare ? undefined : heading}
      aria-label={bare ? title : undefined}
      onClose={onClose}
      onClick={(event) => {
        // What lies around the dialog belongs to it as its backdrop.
        if (event.target === dialog.current) onClose();
      }}
    >
      {open && bare && children}
      {open && !bare && (
        <div className={styles.inner}>
          <h2 id={heading}>{title}</h2>
          {children}
        </div>
      )}
    </dialog>
  );
}

/** The answers, at the end of a dialog. */
export function DialogActions({ children }: { readonly children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}
