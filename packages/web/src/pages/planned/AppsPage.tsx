import { IconFilter, IconPackageImport, IconPlayerPlay, IconStack2 } from '../../ui/icons.ts';
import { Link } from '@tanstack/react-router';

import { paths } from '../../paths.ts';
import { useText } from '../../text/use-text.ts';
import { Planned } from './Planned.tsx';

export function AppsPage() {
  const { text } = useText();
  return (
    <Planned
      title={text.tabApps}
      lead={text.appsLead}
      parts={[
        { icon: IconStack2, title: text.appsInventory, words: text.appsInventoryWords },
        { icon: IconFilter, title: text.appsFilter, words: text.appsFilterWords },
        { icon: IconPlayerPlay, title: text.appsService, words: text.appsServiceWords },
        { icon: IconPackageImport, title: text.appsUpdate, words: text.appsUpdateWords },
      ]}
      meanwhile={
        <>
          {text.appsMeanwhile} <Link to={paths.system}>{text.tabSystem}</Link>
        </>
      }
    />
  );
}
