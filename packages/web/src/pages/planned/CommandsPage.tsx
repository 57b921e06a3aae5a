import { IconHistory, IconListCheck, IconShieldCheck, IconTerminal2 } from '../../ui/icons.ts';
import { Link } from '@tanstack/react-router';

import { paths } from '../../paths.ts';
import { useText } from '../../text/use-text.ts';
import { Planned } from './Planned.tsx';

export function CommandsPage() {
  const { text } = useText();
  return (
    <Planned
      title={text.tabCommands}
      lead={text.commandsLead}
      parts={[
        { icon: IconListCheck, title: text.commandsPredefined, words: text.commandsPredefinedWords },
        { icon: IconShieldCheck, title: text.commandsPolicy, words: text.commandsPolicyWords },
        { icon: IconTerminal2, title: text.commandsOutput, words: text.commandsOutputWords },
        { icon: IconHistory, title: text.commandsHistory, words: text.commandsHistoryWords },
      ]}
      meanwhile={
        <>
          {text.commandsMeanwhile} <Link to={paths.system}>{text.tabSystem}</Link>
        </>
      }
    />
  );
}
