import { useAppText } from '../../text/use-app-text.ts';
import { CodeBlock } from '../../ui/CodeBlock.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconApps } from '../../ui/icons.ts';
import styles from './AppsPage.module.css';

/** The test application of the manual. */
const TEST_APP = [
  'mkdir -p /tmp/apps/test-app',
  'echo "v1.0.0" > /tmp/apps/test-app/VERSION',
  'echo "main" > /tmp/apps/test-app/BRANCH',
].join('\n');

/** No application anywhere: how to make the first. */
export function FirstApp({ hosts }: { readonly hosts: number }) {
  const { text } = useAppText();
  return (
    <div className={styles.card}>
      <EmptyState icon={IconApps} title={text.noApps}>
        <p>{hosts === 0 ? text.noAppsNoHosts : text.noAppsHelp}</p>
        <div className={styles.code}>
          <CodeBlock code={TEST_APP} copyLabel={text.copyCommand} />
        </div>
        <p>{text.appsAppear}</p>
      </EmptyState>
    </div>
  );
}
