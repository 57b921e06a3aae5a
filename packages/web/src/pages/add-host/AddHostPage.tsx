import { Skeleton } from '@mantine/core';
import { useState } from 'react';

import { paths } from '../../paths.ts';
import { useAddHostText } from '../../text/use-add-host-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { BackLink } from '../../ui/BackLink.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconPlugConnectedX } from '../../ui/icons.ts';
import { PageTitle } from '../../ui/PageTitle.tsx';
import styles from './AddHostPage.module.css';
import { ArrivalsPanel } from './ArrivalsPanel.tsx';
import type { Rights } from './install-command.ts';
import { InstallPanel } from './InstallPanel.tsx';
import { RightsPanel } from './RightsPanel.tsx';
import { TokensPanel } from './TokensPanel.tsx';
import { useEnrolmentFacts, useIsAdmin } from './use-enrolment.ts';
import { useNewHosts } from './use-new-hosts.ts';

/** How a host is added: what it may do, the command, and the host itself as soon as it is there. */
export function AddHostPage() {
  const { text } = useAddHostText();
  const { facts, error } = useEnrolmentFacts();
  const hosts = useNewHosts(facts?.server_time_ms);
  const [rights, setRights] = useState<Rights>('commands');
  const admin = useIsAdmin();
  return (
    <>
      <BackLink to={paths.system}>{text.tabSystem}</BackLink>
      <div className={styles.page}>
        <header>
          <PageTitle title={text.addHost} className={styles.title} />
          <p className={styles.lead}>{text.addHostLead}</p>
        </header>
        {facts === undefined ? (
          error === undefined ? (
            <Skeleton height="24rem" radius="lg" />
          ) : (
            <EmptyState icon={IconPlugConnectedX} title={wordsOfError(error, text)} />
          )
        ) : (
          <>
            <RightsPanel rights={rights} onChange={setRights} />
            <InstallPanel facts={facts} rights={rights} admin={admin} />
            <ArrivalsPanel hosts={hosts} />
            {admin && facts.authentication && <TokensPanel arrivals={hosts.length} />}
          </>
        )}
      </div>
    </>
  );
}
