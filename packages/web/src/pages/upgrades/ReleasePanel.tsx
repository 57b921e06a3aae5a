import { Button } from '@mantine/core';
import type { ClientReleaseAnswer, ShelvedRelease } from '@ops/protocol/http/upgrades.ts';

import { useUpgradeText } from '../../text/use-upgrade-text.ts';
import { Ago } from '../../ui/Ago.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { Facts } from '../../ui/Facts.tsx';
import form from '../../ui/FormPage.module.css';
import { IconAlertTriangle, IconRepeat } from '../../ui/icons.ts';
import { Panel } from '../../ui/Panel.tsx';
import styles from './UpgradesPage.module.css';

/** What could be handed out, or what to do when nothing can. */
export function ReleasePanel({
  found: { release, problem },
  busy,
  onAgain,
}: {
  readonly found: ClientReleaseAnswer;
  readonly busy: boolean;
  readonly onAgain: () => void;
}) {
  const { text } = useUpgradeText();
  return (
    <Panel
      title={text.release}
      aside={
        problem !== null && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconRepeat size={14} aria-hidden />}
            loading={busy}
            onClick={onAgain}
          >
            {text.lookAgain}
          </Button>
        )
      }
    >
      <div className={form.fields}>
        {problem !== null && (
          <>
            <Banner tone="warn" icon={IconAlertTriangle} live="polite">
              <strong>{problem.code === 'no_release' ? text.noRelease : text.releaseBroken}</strong>
              <p className={styles.wrap}>{problem.message}</p>
            </Banner>
            <p className={form.note}>{text.releaseWhere}</p>
          </>
        )}
        {release !== null && <ReleaseFacts release={release} />}
      </div>
    </Panel>
  );
}

function ReleaseFacts({ release }: { readonly release: ShelvedRelease }) {
  const { text, format } = useUpgradeText();
  return (
    <Facts
      facts={[
        { name: text.releaseVersion, value: <strong>{release.version}</strong> },
        { name: text.releaseCommit, value: <code>{release.commit.slice(0, 12)}</code> },
        {
          name: text.releaseDate,
          value: (
            <>
              {format.day(release.released_at)} (<Ago at={release.released_at} />)
            </>
          ),
        },
        {
          name: text.releaseKey,
          value: (
            <span>
              <code className={styles.key}>{release.key}</code>
              <span className={form.note}>{text.releaseKeyHelp}</span>
            </span>
          ),
        },
        {
          name: text.releaseArchives,
          value: release.files.map(({ arch, bytes }) => `${arch} ${format.bytes(bytes)}`).join(' · '),
        },
      ]}
    />
  );
}
