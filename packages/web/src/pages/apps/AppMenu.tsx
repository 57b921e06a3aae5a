import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { useState } from 'react';

import { paths } from '../../paths.ts';
import { useAppText } from '../../text/use-app-text.ts';
import { IconChevronDown, IconHistory } from '../../ui/icons.ts';
import { Menu, MenuDivider, MenuItem, MenuLink } from '../../ui/Menu.tsx';
import { ACTION_ICONS, ACTIONS, actionName, isPossible, obstacle } from './app-actions.ts';
import type { Action, Subject } from './app-actions.ts';
import { ActionQuestion } from './ActionQuestion.tsx';
import styles from './AppMenu.module.css';

/** What may be done with one application, each asked about first, and the way to its releases. */
export function AppMenu({
  host,
  app,
  running,
  hindrance,
}: Subject & { readonly running: CommandSummary | undefined; readonly hindrance: string | undefined }) {
  const { text } = useAppText();
  const [asked, setAsked] = useState<Action>();
  const why = obstacle({ host, app }, running, hindrance, text);
  return (
    <>
      <Menu
        label={text.actionsOf(app.name, host.hostname)}
        className={styles.button}
        face={
          <>
            {text.appActions}
            <IconChevronDown size={14} stroke={1.9} aria-hidden />
          </>
        }
        head={why !== undefined && <p className={styles.why}>{why}</p>}
      >
        {ACTIONS.filter((action) => isPossible(action, app)).map((action) => {
          const Glyph = ACTION_ICONS[action];
          return (
            <MenuItem
              key={action}
              icon={<Glyph size={16} stroke={1.7} aria-hidden />}
              disabled={why}
              onClick={() => setAsked(action)}
            >
              {action === 'Update' ? text.actionUpdateAsk : actionName(action, text)}
            </MenuItem>
          );
        })}
        <MenuDivider />
        <MenuLink
          to={paths.releases}
          params={{ client: host.client_id, name: app.name }}
          icon={<IconHistory size={16} stroke={1.7} aria-hidden />}
        >
          {text.releases}
        </MenuLink>
      </Menu>
      {asked !== undefined && (
        <ActionQuestion host={host} app={app} action={asked} onClose={() => setAsked(undefined)} />
      )}
    </>
  );
}
