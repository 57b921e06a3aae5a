import { openapi } from '@ops/protocol/http/health.ts';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console.ts';
import { useText } from '../../text/use-text.ts';
import { Failed } from '../../ui/Failed.tsx';
import { LoadingBlocks } from '../../ui/Page.tsx';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { OperationView } from './OperationView.tsx';
import { object, readDocument } from './open-api.ts';
import type { Group } from './open-api.ts';
import { tagName } from './tag-names.ts';
import styles from './DocsPage.module.css';

export function DocsPage() {
  const { text } = useText();
  const { api, hrefOf } = useConsole();
  const query = useQuery({
    queryKey: ['openapi'],
    queryFn: ({ signal }) => api.call(openapi, { signal }),
    staleTime: Infinity,
  });
  const groups = useMemo(() => readDocument(object(query.data)), [query.data]);

  // An address with an operation in it is known before the operation is there.
  useEffect(() => {
    if (groups.length > 0) document.getElementById(window.location.hash.slice(1))?.scrollIntoView();
  }, [groups]);

  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <PageTitle title={text.apiDocs} className={styles.title} />
        <p>
          {text.apiDocsLead} <a href={hrefOf(openapi.path)}>{text.openApiDocument}</a>
        </p>
      </header>
      {query.data === undefined ? (
        query.error instanceof ApiError ? (
          <Failed title={text.docsFailed} error={query.error} />
        ) : (
          <LoadingBlocks blocks={['12rem', '12rem', '12rem']} />
        )
      ) : (
        <div className={styles.columns}>
          <Contents groups={groups} />
          <div className={styles.groups}>
            {groups.map((group) => (
              <section key={group.tag} aria-labelledby={`tag-${group.tag}`}>
                <h2 id={`tag-${group.tag}`} className={styles.tag}>
                  {tagName(group.tag, text)}
                </h2>
                {group.operations.map((operation) => (
                  <OperationView key={operation.anchor} operation={operation} />
                ))}
              </section>
            ))}
          </div>
        </div>
      )}
    </div>
  );
}

function Contents({ groups }: { readonly groups: readonly Group[] }) {
  const { text } = useText();
  return (
    <nav className={styles.contents} aria-label={text.contents}>
      {groups.map((group) => (
        <div key={group.tag}>
          <p>{tagName(group.tag, text)}</p>
          <ul>
            {group.operations.map((operation) => (
              <li key={operation.anchor}>
                <a href={`#${operation.anchor}`}>
                  <span data-method={operation.method}>{operation.method}</span>
                  <span className={styles.path}>{operation.path}</span>
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
