import { Loader } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { paths } from '../../paths.ts';
import { useAddHostText } from '../../text/use-add-host-text.ts';
import { IconCircleCheck } from '../../ui/icons.ts';
import { Panel } from '../../ui/Panel.tsx';
import styles from './AddHostPage.module.css';
import type { NewHost } from './use-new-hosts.ts';

/** Each host as soon as it is there, without a reload. */
export function ArrivalsPanel({ hosts }: { readonly hosts: readonly NewHost[] }) {
  const { text } = useAddHostText();
  return (
    <Panel title={text.waitingTitle}>
      <div role="status" className={styles.arrivals}>
        {hosts.map(({ id, hostname }) => (
          <p key={id} className={styles.arrived}>
            <IconCircleCheck size={20} stroke={1.8} aria-hidden />
            <Link to={paths.client} params={{ id }}>
              {hostname}
            </Link>
            <span>{text.hostIsHere}</span>
          </p>
        ))}
        <p className={styles.waiting}>
          <Loader size={16} aria-hidden />
          {hosts.length === 0 ? text.waitingFirst : text.waitingMore}
        </p>
      </div>
    </Panel>
  );
}
