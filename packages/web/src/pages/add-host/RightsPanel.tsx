import { useAddHostText } from '../../text/use-add-host-text.ts';
import { IconBan, IconCheck, IconCircleDashed } from '../../ui/icons.ts';
import { Panel } from '../../ui/Panel.tsx';
import { Segments } from '../../ui/Segments.tsx';
import styles from './AddHostPage.module.css';
import type { Rights } from './install-command.ts';

/** In plain words, before anything is installed: what the host will do for the server, and what never. */
export function RightsPanel({
  rights,
  onChange,
}: {
  readonly rights: Rights;
  readonly onChange: (rights: Rights) => void;
}) {
  const { text } = useAddHostText();
  const operates = rights === 'commands';
  return (
    <Panel title={text.rightsTitle}>
      <Segments
        label={text.rightsTitle}
        value={rights}
        onChange={onChange}
        options={[
          { value: 'commands', name: text.rightsCommands },
          { value: 'monitor', name: text.rightsMonitor },
        ]}
      />
      <ul className={styles.rights}>
        <Right may>{text.rightsReadings}</Right>
        <Right may={operates}>{text.rightsPredefined}</Right>
        <Right may={operates}>{text.rightsApps}</Right>
        {operates ? (
          <li>
            <IconCircleDashed size={17} stroke={1.8} aria-hidden />
            <span>{text.rightsCustom}</span>
          </li>
        ) : (
          <Right may={false}>{text.rightsCustomNever}</Right>
        )}
      </ul>
      <p className={styles.note}>{text.rightsOwn}</p>
    </Panel>
  );
}

function Right({ may, children }: { readonly may: boolean; readonly children: string }) {
  const { text } = useAddHostText();
  const Glyph = may ? IconCheck : IconBan;
  return (
    <li data-may={may}>
      <Glyph size={17} stroke={1.8} role="img" aria-label={may ? text.allowed : text.notAllowed} />
      <span>{children}</span>
    </li>
  );
}
