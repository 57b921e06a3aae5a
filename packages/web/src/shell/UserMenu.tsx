import {
  IconBook2,
  IconKey,
  IconKeyboard,
  IconLogout,
  IconPackageImport,
  IconUserCircle,
} from '../ui/icons.ts';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { ApiError } from '../api/api-error.ts';
import { useConsole, useSignal } from '../console.ts';
import { paths } from '../paths.ts';
import { useText } from '../text/use-text.ts';
import { roleName, wordsOfError } from '../text/words.ts';
import { Menu, MenuDivider, MenuItem, MenuLink } from '../ui/Menu.tsx';
import styles from './UserMenu.module.css';

export function UserMenu() {
  const { text } = useText();
  const { session, shortcuts } = useConsole();
  const state = useSignal(session.state);
  const navigate = useNavigate();
  const [failure, setFailure] = useState<string>();
  if (!('user' in state)) return null;
  const { user } = state;

  async function leave(): Promise<void> {
    setFailure(undefined);
    try {
      await session.signOut();
      await navigate({ to: paths.login });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(wordsOfError(error, text));
    }
  }

  return (
    <Menu
      label={text.accountOf(user.name)}
      className={styles.user}
      face={
        <>
          <IconUserCircle size={20} stroke={1.6} aria-hidden />
          <span className={styles.name}>{user.name}</span>
        </>
      }
      head={
        <div className={styles.who}>
          <strong>{user.name}</strong>
          <span>{roleName(user.role, text)}</span>
        </div>
      }
    >
      <MenuDivider />
      <MenuLink to={paths.password} icon={<IconKey size={16} stroke={1.7} aria-hidden />}>
        {text.changePassword}
      </MenuLink>
      {!user.restricted && (
        <MenuLink to={paths.upgrades} icon={<IconPackageImport size={16} stroke={1.7} aria-hidden />}>
          {text.clientUpgrades}
        </MenuLink>
      )}
      <MenuLink to={paths.docs} icon={<IconBook2 size={16} stroke={1.7} aria-hidden />}>
        {text.apiDocs}
      </MenuLink>
      {!user.restricted && (
        <MenuItem
          icon={<IconKeyboard size={16} stroke={1.7} aria-hidden />}
          onClick={() => shortcuts.fire('list')}
        >
          {text.keyboardShortcuts}
        </MenuItem>
      )}
      <MenuDivider />
      <MenuItem icon={<IconLogout size={16} stroke={1.7} aria-hidden />} stays onClick={() => void leave()}>
        {text.signOut}
      </MenuItem>
      {failure !== undefined && (
        <p className={styles.failure} role="alert">
          {failure}
        </p>
      )}
    </Menu>
  );
}
