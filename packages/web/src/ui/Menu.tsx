import { Link } from '@tanstack/react-router';
import type { LinkProps } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';

import { IconCheck } from './icons.ts';
import styles from './Menu.module.css';

const STEPS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at - 1 + count) % count,
  Home: () => 0,
  End: (_at, count) => count - 1,
};

function itemsOf(place: HTMLElement | null): HTMLElement[] {
  return [...(place?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
}

/**
 * A button that opens a list of choices below it (WAI-ARIA menu button). The choices inside are elements of role
 * `menuitem` or `menuitemradio`; arrows move, Escape and Tab close, a choice closes.
 */
export function Menu({
  label,
  face,
  className,
  head,
  children,
}: {
  /** What the button is called; `face` is what it shows. */
  readonly label: string;
  readonly face: ReactNode;
  readonly className?: string | undefined;
  /** Above the choices, not one of them. */
  readonly head?: ReactNode;
  readonly children: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return undefined;
    itemsOf(place.current)[0]?.focus();
    const onOutside = (event: PointerEvent): void => {
      if (event.target instanceof Node && !place.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', onOutside);
    return () => document.removeEventListener('pointerdown', onOutside);
  }, [open]);

  function close(): void {
    setOpen(false);
    button.current?.focus();
  }

  function onKey(event: KeyboardEvent): void {
    const entries = itemsOf(place.current);
    const step = STEPS[event.key];
    if (step !== undefined && entries.length > 0) {
      event.preventDefault();
      const at = entries.findIndex((entry) => entry === document.activeElement);
      entries[step(at, entries.length)]?.focus();
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    } else if (event.key === 'Tab') {
      setOpen(false);
    }
  }

  return (
    <div ref={place} className={styles.place}>
      <button
        ref={button}
        type="button"
        className={className}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={label}
        title={open ? undefined : label}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' && !open) {
            event.preventDefault();
            setOpen(true);
          }
        }}
      >
        {face}
      </button>
      {open && (
        <div className={styles.drop}>
          {head}
          <div
            id={id}
            role="menu"
            tabIndex={-1}
            aria-label={label}
            onKeyDown={onKey}
            onClick={(event) => {
              if (event.target instanceof Element && event.target.closest('[data-stays]') === null) close();
            }}
          >
            {children}
          </div>
        </div>
      )}
    </div>
  );
}

interface MenuItemProps {
  readonly icon: ReactNode;
  readonly children: ReactNode;
  readonly onClick: () => void;
  /** One of several of which one is chosen. */
  readonly checked?: boolean;
  /** The list stays open when this is chosen. */
  readonly stays?: boolean;
  /** Why it cannot be chosen now. It can still be walked to and read. */
  readonly disabled?: string | undefined;
}

export function MenuItem({ icon, children, onClick, checked, stays = false, disabled }: MenuItemProps) {
  return (
    <button
      type="button"
      role={checked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={checked}
      tabIndex={-1}
      className={styles.item}
      data-stays={stays || disabled !== undefined || undefined}
      aria-disabled={disabled !== undefined || undefined}
      title={disabled}
      onClick={disabled === undefined ? onClick : undefined}
    >
      {icon}
      {children}
      {checked && <IconCheck size={15} className={styles.check} aria-hidden />}
    </button>
  );
}

/** A choice that leads to another page. */
export function MenuLink({
  to,
  params,
  icon,
  children,
}: {
  readonly to: LinkProps['to'];
  readonly params?: LinkProps['params'];
  readonly icon: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <Link to={to} params={params ?? {}} role="menuitem" tabIndex={-1} className={styles.item}>
      {icon}
      {children}
    </Link>
  );
}

/** A line between groups of choices. */
export function MenuDivider() {
  return <div role="separator" className={styles.divider} />;
}
