import { IconClockPause } from '../../ui/icons.ts';

import { useConsole } from '../../console.ts';
import { LanguageButton, SchemeMenu } from '../../shell/Preferences.tsx';
import { paths } from '../../paths.ts';
import { useText } from '../../text/use-text.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Logo } from '../../ui/Logo.tsx';
import { DocumentTitle } from '../../ui/PageTitle.tsx';
import { LoginForm } from './LoginForm.tsx';
import styles from './LoginPage.module.css';

/** The whole screen: also over a page whose session expired, which then goes on where it was. */
export function LoginPage({ expiredUser }: { readonly expiredUser?: string }) {
  const { text } = useText();
  const { hrefOf } = useConsole();
  return (
    <div className={styles.screen}>
      <DocumentTitle title={text.signIn} />
      <div className={styles.tools}>
        <LanguageButton />
        <SchemeMenu />
      </div>
      <main className={styles.main}>
        <div className={styles.card}>
          <div className={styles.head}>
            <Logo large />
            <h1>{expiredUser === undefined ? text.signInTo : text.welcomeBack}</h1>
          </div>
          {expiredUser !== undefined && (
            <Banner tone="info" icon={IconClockPause} live="polite">
              {text.sessionExpired}
            </Banner>
          )}
          <LoginForm {...(expiredUser !== undefined && { username: expiredUser })} />
        </div>
        {/* A plain link: this page may lie over another. */}
        <a
          className={styles.docs}
          href={hrefOf(paths.docs)}
          target={expiredUser === undefined ? undefined : '_blank'}
          rel="noreferrer"
        >
          {text.apiDocs}
        </a>
      </main>
    </div>
  );
}
