import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { paths } from '../../paths.ts';
import { useText } from '../../text/use-text.ts';
import { IconPlus } from '../../ui/icons.ts';

/** The way to one more host. */
export function AddHostLink({ primary = false }: { readonly primary?: boolean }) {
  const { text } = useText();
  return (
    <Button
      component={Link}
      to={paths.addHost}
      variant={primary ? 'filled' : 'default'}
      leftSection={<IconPlus size={16} aria-hidden />}
      {...(primary && { mt: 'md' })}
    >
      {text.addHost}
    </Button>
  );
}
