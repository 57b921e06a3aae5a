import { useText } from '../../text/use-text.ts';
import type { JsonObject } from './open-api.ts';
import { text as textOf } from './open-api.ts';
import { boundsOf, fieldsOf, typeOf } from './schema-words.ts';
import type { Field } from './schema-words.ts';
import styles from './SchemaView.module.css';

type Side = 'request' | 'answer';

interface NotedField extends Field {
  /** Said beside the type. */
  readonly note?: string;
}

/** The fields of a schema, or a given list; what is inside a field opens below it. */
export function SchemaView({
  schema,
  fields,
  of,
}: {
  readonly schema?: JsonObject;
  readonly fields?: readonly NotedField[];
  /** A request says what must be there; an answer, what may be absent. */
  readonly of: Side;
}) {
  const { text } = useText();
  const shown = fields ?? (schema === undefined ? [] : fieldsOf(schema));
  if (shown.length === 0) return <p className={styles.none}>{text.noFields}</p>;
  return (
    <ul className={styles.fields}>
      {shown.map((field) => (
        <FieldView key={field.name} field={field} of={of} />
      ))}
    </ul>
  );
}

function FieldView({ field, of }: { readonly field: NotedField; readonly of: Side }) {
  const { text } = useText();
  const bounds = boundsOf(field.schema);
  const inner = fieldsOf(field.schema);
  const notes = [
    field.note,
    bounds.value,
    bounds.length && text.lengthBounds(bounds.length),
    bounds.entries && text.entryBounds(bounds.entries),
  ].filter((note) => note !== undefined && note !== '');
  return (
    <li className={styles.field}>
      <div className={styles.line}>
        <code className={styles.name}>{field.name}</code>
        <span className={styles.type}>{typeOf(field.schema)}</span>
        {of === 'request' && field.required && <span className={styles.required}>{text.required}</span>}
        {of === 'answer' && !field.required && <span className={styles.notes}>{text.mayBeAbsent}</span>}
        {notes.length > 0 && <span className={styles.notes}>{notes.join(' · ')}</span>}
      </div>
      {bounds.pattern !== undefined && <code className={styles.pattern}>{bounds.pattern}</code>}
      {textOf(field.schema['description']) !== '' && (
        <p className={styles.words} lang="en">
          {textOf(field.schema['description'])}
        </p>
      )}
      {inner.length > 0 && (
        <details className={styles.inner}>
          <summary>{text.fieldsInside(inner.length)}</summary>
          <ul className={styles.fields}>
            {inner.map((entry) => (
              <FieldView key={entry.name} field={entry} of={of} />
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}
