import { paths } from '../../paths.ts';
import { reasonName } from '../../rollouts/rollout-words.ts';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import form from '../../ui/FormPage.module.css';
import { Link } from '@tanstack/react-router';
import { SmallTable } from '../../ui/SmallTable.tsx';
import type { Draft } from './rollout-draft.ts';
import { hostsByWave, skippedBy, versionsNow } from './rollout-plan.ts';
import type { Plan, PlannedHost } from './rollout-plan.ts';
import styles from './RolloutFormPage.module.css';

/** Hosts of a wave that are named; the others are a number. */
const NAMED = 6;
/** So many are listed one by one. */
const MAX_LISTED = 300;

/** What will happen where: waves with their hosts, versions from and to, and who is left out for which reason. */
export function PlanWords({ draft, plan }: { readonly draft: Draft; readonly plan: Plan }) {
  const { text, format } = useRolloutText();
  const inWords = (hosts: readonly PlannedHost[]): string => {
    const named = hosts.slice(0, NAMED).map(({ hostname }) => hostname);
    return text.namedHosts(named, hosts.length - named.length, format);
  };
  return (
    <>
      <ol className={styles.waves}>
        {hostsByWave(plan).map((hosts, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- a wave is its place
          <li key={index}>
            <strong>{text.waveName(index + 1)}</strong>
            <span>{text.hostsCount(hosts.length, format)}</span>
            <span className={styles.names}>{inWords(hosts)}</span>
          </li>
        ))}
      </ol>
      {draft.work === 'Update' && (
        <ul className={styles.versions}>
          {versionsNow(plan).map(([version, count]) => (
            <li key={version}>
              {text.fromTo(version ?? text.unknownVersion, draft.version, format.number(count))}
            </li>
          ))}
        </ul>
      )}
      {skippedBy(plan).map(([reason, hosts]) => (
        <p key={reason} className={styles.skipped}>
          {text.skippedHosts(reasonName(reason, text), inWords(hosts))}
        </p>
      ))}
      {plan.unknown_ids.length > 0 && (
        <p className={styles.skipped}>{text.unknownHosts(format.number(plan.unknown_ids.length))}</p>
      )}
    </>
  );
}

/** The same, one host a line. */
export function PlanList({ plan }: { readonly plan: Plan }) {
  const { text, format } = useRolloutText();
  const shown = plan.hosts.slice(0, MAX_LISTED);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keys
    <div className={styles.list} role="region" tabIndex={0} aria-label={text.hostByHost}>
      <SmallTable
        name={text.hostByHost}
        columns={[{ name: text.hostname, grow: true }, { name: text.version }, { name: text.wave }]}
        rows={shown.map((host) => ({
          key: host.client_id,
          cells: [
            <Link key="host" to={paths.client} params={{ id: host.client_id }}>
              {host.hostname}
            </Link>,
            host.version ?? text.unknownVersion,
            host.wave === null ? (
              <span key="wave" className={styles.left} title={host.detail ?? undefined}>
                {reasonName(host.reason ?? 'refused', text)}
                {host.detail !== null && <small>{host.detail}</small>}
              </span>
            ) : (
              text.waveName(host.wave + 1)
            ),
          ],
        }))}
        empty={text.none}
      />
      {plan.hosts.length > shown.length && (
        <p className={form.note}>
          {text.firstHosts(format.number(shown.length), format.number(plan.hosts.length))}
        </p>
      )}
    </div>
  );
}
