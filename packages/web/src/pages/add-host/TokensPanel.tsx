import { Button } from '@mantine/core';
import type { TokenState, TokenView } from '@ops/protocol/http/enrolment.ts';
import { Link } from '@tanstack/react-router';

import { StateMark } from '../../commands/StateLabel.tsx';
import { paths } from '../../paths.ts';
import { useAddHostText } from '../../text/use-add-host-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { Banner } from '../../ui/Banner.tsx';
import { IconAlertCircle } from '../../ui/icons.ts';
import { Panel } from '../../ui/Panel.tsx';
import table from '../../ui/Table.module.css';
import styles from './AddHostPage.module.css';
import { useTokens } from './use-enrolment.ts';

const TONES: Readonly<Record<TokenState, 'ok' | 'off'>> = {
  open: 'ok',
  used_up: 'off',
  expired: 'off',
  revoked: 'off',
};

/** Every token, and the way to take one back. What a token is is never shown again. */
export function TokensPanel({ arrivals }: { readonly arrivals: number }) {
  const { text } = useAddHostText();
  const { tokens, error, revoke } = useTokens(arrivals);
  return (
    <Panel title={text.tokensTitle} flush={tokens !== undefined && tokens.length > 0}>
      {error !== undefined && (
        <Banner tone="bad" icon={IconAlertCircle}>
          {wordsOfError(error, text)}
        </Banner>
      )}
      {tokens?.length === 0 && <p className={styles.note}>{text.tokensNone}</p>}
      {tokens !== undefined && tokens.length > 0 && (
        <table className={`${table.table} ${styles.tokens}`} aria-label={text.tokensTitle}>
          <thead>
            <tr>
              <th scope="col">{text.tokenId}</th>
              <th scope="col">{text.tokenState}</th>
              <th scope="col">{text.tokenUses}</th>
              <th scope="col" data-column="expires">
                {text.tokenExpires}
              </th>
              <th scope="col" data-column="by">
                {text.tokenMadeBy}
              </th>
              <th scope="col">{text.revoke}</th>
            </tr>
          </thead>
          <tbody>
            {tokens.map((token) => (
              <Row key={token.id} token={token} onRevoke={() => revoke(token.id)} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function Row({ token, onRevoke }: { readonly token: TokenView; readonly onRevoke: () => void }) {
  const { text, format } = useAddHostText();
  const names: Readonly<Record<TokenState, string>> = {
    open: text.stateOpen,
    used_up: text.stateUsedUp,
    expired: text.stateExpired,
    revoked: text.stateRevoked,
  };
  return (
    <tr>
      <th scope="row">
        <code>{token.id}</code>
        {token.client_id !== null && (
          <small className={table.small}>
            {text.tokenFor}{' '}
            <Link to={paths.client} params={{ id: token.client_id }}>
              {token.client_id.slice(0, 8)}
            </Link>
          </small>
        )}
        {token.note !== '' && <small className={table.small}>{token.note}</small>}
      </th>
      <td>
        <StateMark tone={TONES[token.state]}>{names[token.state]}</StateMark>
      </td>
      <td>
        {format.number(token.uses)} / {format.number(token.max_uses)}
      </td>
      <td data-column="expires">{format.exact(Date.parse(token.expires_at))}</td>
      <td data-column="by">{token.created_by}</td>
      <td>
        {token.state === 'open' && (
          <Button
            size="compact-sm"
            variant="light"
            color="bad"
            aria-label={text.revokeToken(token.id)}
            onClick={onRevoke}
          >
            {text.revoke}
          </Button>
        )}
      </td>
    </tr>
  );
}
