import { Button, TextInput } from '@mantine/core';
import { DEFAULT_TOKEN_SECS, MAX_TOKEN_SECS, MAX_TOKEN_USES } from '@ops/protocol/domain/enrolment.ts';
import type { EnrolmentFacts } from '@ops/protocol/http/enrolment.ts';
import { useState } from 'react';

import { useAddHostText } from '../../text/use-add-host-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { Banner } from '../../ui/Banner.tsx';
import { CodeBlock } from '../../ui/CodeBlock.tsx';
import { IconAlertCircle, IconAlertTriangle, IconPlus, IconRepeat } from '../../ui/icons.ts';
import { NumberField } from '../../ui/NumberField.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Segments } from '../../ui/Segments.tsx';
import styles from './AddHostPage.module.css';
import { installCommands, isLocalName, isPlainHost, missingFor } from './install-command.ts';
import type { Rights, Way } from './install-command.ts';
import { useMakeToken } from './use-enrolment.ts';

const HOUR_SECS = 3600;
const USES = { min: 1, max: MAX_TOKEN_USES };
const HOURS = { min: 1, max: MAX_TOKEN_SECS / HOUR_SECS };

/** The command for a new host, with everything filled in, and the one that undoes it. */
export function InstallPanel({
  facts,
  rights,
  admin,
}: {
  readonly facts: EnrolmentFacts;
  readonly rights: Rights;
  readonly admin: boolean;
}) {
  const { text, format } = useAddHostText();
  const { protocol, hostname, port } = window.location;
  const [way, setWay] = useState<Way>('linux');
  const [root, setRoot] = useState(true);
  const [host, setHost] = useState(hostname.replace(/^\[(.*)\]$/, '$1'));
  const [uses, setUses] = useState<number>();
  const [hours, setHours] = useState<number>();
  const { make, made, busy, error } = useMakeToken();

  const isPlain = isPlainHost(host);
  const missing = missingFor(way, facts);
  const ready = isPlain && (!facts.authentication || made !== undefined);
  const commands = ready
    ? installCommands({
        way,
        rights,
        root,
        host,
        protocol: protocol === 'https:' ? protocol : 'http:',
        httpPort: port,
        token: made?.token,
        facts,
      })
    : undefined;

  return (
    <Panel title={text.howTitle}>
      <div className={styles.form}>
        {facts.local_only && (
          <Banner tone="warn" icon={IconAlertTriangle}>
            {text.localOnly}
          </Banner>
        )}
        {!facts.authentication && (
          <Banner tone="warn" icon={IconAlertTriangle}>
            {text.noAuthentication}
          </Banner>
        )}
        <div className={styles.choices}>
          <Segments
            label={text.wayLabel}
            value={way}
            onChange={setWay}
            options={[
              { value: 'linux', name: text.wayLinux },
              { value: 'docker', name: text.wayDocker },
              { value: 'source', name: text.waySource },
            ]}
          />
          {way === 'linux' && (
            <Segments
              label={text.rootLabel}
              value={root ? 'root' : 'user'}
              onChange={(value) => setRoot(value === 'root')}
              options={[
                { value: 'root', name: text.asRoot },
                { value: 'user', name: text.asUser },
              ]}
            />
          )}
        </div>
        {way !== 'linux' && (
          <p className={styles.note}>{way === 'docker' ? text.dockerHelp : text.sourceHelp}</p>
        )}
        {way === 'linux' && !root && <p className={styles.note}>{text.asUserHelp}</p>}
        <div className={styles.fields}>
          <TextInput
            label={text.serverAddress}
            description={text.serverAddressHelp(String(facts.tcp_port))}
            value={host}
            spellCheck={false}
            autoCapitalize="off"
            error={!isPlain && text.serverAddressWrong}
            onChange={(event) => setHost(event.currentTarget.value.trim())}
          />
          {facts.authentication && admin && (
            <>
              <NumberField
                label={text.tokenHosts}
                usual={format.number(1)}
                wrong={text.tokenNumberWrong(format.number(USES.min), format.number(USES.max))}
                value={uses}
                bounds={USES}
                onChange={setUses}
              />
              <NumberField
                label={text.tokenHours}
                usual={format.number(DEFAULT_TOKEN_SECS / HOUR_SECS)}
                wrong={text.tokenNumberWrong(format.number(HOURS.min), format.number(HOURS.max))}
                value={hours}
                bounds={HOURS}
                onChange={setHours}
              />
            </>
          )}
        </div>
        {isPlain && isLocalName(host) && !facts.local_only && (
          <Banner tone="warn" icon={IconAlertTriangle}>
            {text.serverAddressLocal}
          </Banner>
        )}
        {missing !== undefined && (
          <Banner tone="bad" icon={IconAlertCircle}>
            {missing === 'files' ? (
              <>
                <strong>{text.noFiles}</strong>
                <br />
                {text.noFilesHelp}
              </>
            ) : (
              text.noInstaller
            )}
          </Banner>
        )}
        {facts.authentication && !admin && <p className={styles.note}>{text.needsAdmin}</p>}
        {facts.authentication && admin && missing === undefined && (
          <div>
            <Button
              leftSection={made ? <IconRepeat size={16} aria-hidden /> : <IconPlus size={16} aria-hidden />}
              variant={made ? 'default' : 'filled'}
              loading={busy}
              disabled={!isPlain}
              onClick={() =>
                make({ uses, expiresInSecs: hours === undefined ? undefined : hours * HOUR_SECS })
              }
            >
              {made ? text.makeAnother : text.makeCommand}
            </Button>
          </div>
        )}
        {error !== undefined && (
          <div role="alert">
            <Banner tone="bad" icon={IconAlertCircle}>
              {wordsOfError(error, text)}
            </Banner>
          </div>
        )}
        {commands !== undefined && (
          <>
            <section className={styles.command} aria-label={text.installCommand}>
              <CodeBlock code={commands.install} copyLabel={text.copyCommand} />
              {made !== undefined && (
                <p className={styles.note}>
                  {text.tokenOnce(format.number(made.max_uses), format.exact(Date.parse(made.expires_at)))}
                </p>
              )}
              {way !== 'source' && <p className={styles.note}>{text.checksummed}</p>}
              {protocol === 'https:' && way === 'linux' && <p className={styles.note}>{text.httpsHint}</p>}
            </section>
            <section className={styles.command}>
              <h3>{text.uninstallTitle}</h3>
              <CodeBlock code={commands.uninstall} copyLabel={text.copyUninstall} />
            </section>
          </>
        )}
      </div>
    </Panel>
  );
}
