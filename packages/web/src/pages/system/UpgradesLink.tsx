import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { paths } from '../../paths.ts';
import { useText } from '../../text/use-text.ts';
import { IconPackageImport } from '../../ui/icons.ts';
import styles from './UpgradesLink.module.css';

/** The way to the upgrades of clients. On a phone it is its picture. */
export function UpgradesLink() {
  const { text } = useText();
  return (
    <Button
      component={Link}
      to={paths.upgrades}
      variant="default"
      aria-label={text.clientUpgrades}
      title={text.clientUpgrades}
    >
      <IconPackageImport size={16} aria-hidden />
      <span className={styles.word}>{text.clientUpgrades}</span>
    </Button>
  );
}
