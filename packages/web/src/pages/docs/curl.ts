/** A command line that calls an operation. Pure. */
import type { Operation } from './open-api.ts';
import { fieldsOf, withoutNull } from './schema-words.ts';
import { list, text } from './open-api.ts';
import type { JsonObject } from './open-api.ts';

const COOKIES = 'ops.cookie';

/** One word for a shell, whatever is in it. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A value of the right kind; strings say their own name. */
function exampleOf(name: string, raw: JsonObject): unknown {
  const { schema } = withoutNull(raw);
  const choice = schema['const'] ?? list(schema['enum'])[0];
  if (choice !== undefined) return choice;
  switch (text(schema['type'])) {
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 0;
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object':
      return exampleBody(schema);
    default:
      return `<${name}>`;
  }
}

function exampleBody(schema: JsonObject): JsonObject {
  return Object.fromEntries(
    fieldsOf(schema)
      .filter((field) => field.required)
      .map((field) => [field.name, exampleOf(field.name, field.schema)]),
  );
}

export function curlOf(operation: Operation, origin: string): string {
  const { method, path, access, body, parameters } = operation;
  const query = parameters.filter((parameter) => parameter.place === 'query' && parameter.required);
  const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => `<${name}>`);
  const search = query.map(({ name }) => `${name}=<${name}>`).join('&');
  const stream = operation.answers.some((answer) => answer.mediaType === 'text/event-stream');
  const parts = [`curl -s${stream ? 'N' : ''}`];
  if (method !== 'GET') parts.push(`-X ${method}`);
  if (path === '/api/login') parts.push(`-c ${COOKIES}`);
  else if (access === 'metrics') parts.push('-H "Authorization: Bearer $OPS_AUTH_TOKEN"');
  else if (access !== 'public') parts.push(`-b ${COOKIES}`);
  if (method !== 'GET') {
    parts.push(`-H ${quoted('Content-Type: application/json')}`);
    parts.push(`-d ${quoted(JSON.stringify(body === undefined ? {} : exampleBody(body)))}`);
  }
  parts.push(quoted(`${origin}${filled}${search === '' ? '' : `?${search}`}`));
  return parts.join(parts.length > 3 ? ' \\\n  ' : ' ');
}
