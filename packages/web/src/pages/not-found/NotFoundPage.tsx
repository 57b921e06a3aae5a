import { Button } from '@mantine/core';
import { IconMapQuestion } from '../../ui/icons.ts';
import { Link } from '@tanstack/react-router';

import { paths } from '../../paths.ts';
import { useText } from '../../text/use-text.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { DocumentTitle } from '../../ui/PageTitle.tsx';

export function NotFoundPage() {
  const { text } = useText();
  return (
    <>
      <DocumentTitle title={text.notFound} />
      <EmptyState icon={IconMapQuestion} title={text.notFound} whole>
        <p>{text.notFoundHelp}</p>
        <Button mt="lg" variant="default" renderRoot={(props) => <Link to={paths.system} {...props} />}>
          {text.toSystem}
        </Button>
      </EmptyState>
    </>
  );
}
