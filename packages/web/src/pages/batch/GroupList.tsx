import { useCommandText } from '../../text/use-command-text.ts';
import { Panel } from '../../ui/Panel.tsx';
import { GroupCard } from './GroupCard.tsx';
import type { BatchView } from './use-batch.ts';
import styles from './Groups.module.css';

/** What the hosts answered, alike answers together, the largest group first. */
export function GroupList({
  view,
  chosen,
  onShowHosts,
}: {
  readonly view: BatchView;
  readonly chosen: string | undefined;
  readonly onShowHosts: (key: string | undefined) => void;
}) {
  const { text, format } = useCommandText();
  const { groups } = view;
  const [largest] = groups;
  return (
    <Panel title={text.groups} aside={groups.length > 0 && format.number(groups.length)}>
      {groups.length === 0 ? (
        <p className={styles.note}>{text.groupsNone}</p>
      ) : (
        <ul className={styles.groups}>
          {groups.map((group) => (
            <li key={group.key}>
              <GroupCard
                group={group}
                largest={group === largest ? undefined : largest}
                isChosen={group.key === chosen}
                onShowHosts={() => onShowHosts(group.key === chosen ? undefined : group.key)}
              />
            </li>
          ))}
        </ul>
      )}
      {view.more_groups > 0 && (
        <p className={styles.note}>
          {text.moreGroups(format.number(view.more_groups), format.number(view.more_hosts))}
        </p>
      )}
    </Panel>
  );
}
