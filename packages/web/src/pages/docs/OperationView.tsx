import type { ReactNode } from 'react';

import { useConsole } from '../../console.ts';
import { useText } from '../../text/use-text.ts';
import { CodeBlock } from '../../ui/CodeBlock.tsx';
import { SchemaView } from './SchemaView.tsx';
import { curlOf } from './curl.ts';
import type { Answer, Operation } from './open-api.ts';
import styles from './OperationView.module.css';

/** One operation: who may call it, what goes in, what comes out, and how to try it. */
export function OperationView({ operation }: { readonly operation: Operation }) {
  const { text, language } = useText();
  const { root } = useConsole();
  const { method, path, access, parameters, body, answers } = operation;
  const accessWords = {
    public: text.accessPublic,
    session: text.accessSession,
    viewer: text.accessViewer,
    operator: text.accessOperator,
    admin: text.accessAdmin,
    metrics: text.accessMetrics,
  };
  const good = answers.filter((answer) => answer.status.startsWith('2'));
  const failures = answers.filter((answer) => !answer.status.startsWith('2'));
  return (
    <article id={operation.anchor} className={styles.operation}>
      <header className={styles.head}>
        <h3>
          <span className={styles.method} data-method={method}>
            {method}
          </span>
          <code>{path}</code>
        </h3>
        <p>{operation.summary[language]}</p>
        {access !== undefined && (
          <p className={styles.access}>
            {text.whoMayCall}
            {accessWords[access]}
          </p>
        )}
      </header>
      <div className={styles.body}>
        <div className={styles.parts}>
          {parameters.length > 0 && (
            <Part title={text.parameters}>
              <SchemaView
                of="request"
                fields={parameters.map((parameter) => ({
                  ...parameter,
                  note: parameter.place === 'path' ? text.inPath : text.inQuery,
                }))}
              />
            </Part>
          )}
          {body !== undefined && (
            <Part title={text.requestBody}>
              <SchemaView schema={body} of="request" />
            </Part>
          )}
          {good.map((answer) => (
            <Part key={answer.status} title={`${text.answer} ${answer.status}`}>
              <AnswerView answer={answer} />
            </Part>
          ))}
          {failures.length > 0 && <Failures failures={failures} />}
        </div>
        <div className={styles.example}>
          <CodeBlock
            code={curlOf(operation, `${window.location.origin}${root.slice(0, -1)}`)}
            copyLabel={text.copyCommand}
          />
        </div>
      </div>
    </article>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.part}>
      <h4>{title}</h4>
      {children}
    </section>
  );
}

function AnswerView({ answer }: { readonly answer: Answer }) {
  if (
    answer.schema === undefined ||
    (answer.mediaType !== 'application/json' && answer.mediaType !== undefined)
  ) {
    return (
      <p className={styles.media}>
        <code>{answer.mediaType}</code> {answer.description}
      </p>
    );
  }
  if (answer.schema['properties'] === undefined) return <p className={styles.media}>{answer.description}</p>;
  return <SchemaView schema={answer.schema} of="answer" />;
}

/** All failures have one form; what differs is the status, and sometimes the code. */
function Failures({ failures }: { readonly failures: readonly Answer[] }) {
  const { text } = useText();
  return (
    <Part title={text.failures}>
      <ul className={styles.failures}>
        {failures.map((answer) => {
          const code = /^`(\w+)`$/.exec(answer.description)?.[1];
          return (
            <li key={answer.status}>
              <b>{answer.status}</b>
              {code !== undefined && <code>{code}</code>}
            </li>
          );
        })}
      </ul>
    </Part>
  );
}
