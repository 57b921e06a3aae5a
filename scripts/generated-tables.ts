/** The tables in docs/ that must equal the code, made from the code. Pure: data in, Markdown out. */
import { SchemaError } from '@ops/protocol/schema.ts';
import type { JsonSchema } from '@ops/protocol/schema.ts';
import { SHARED_OPTIONS } from '@ops/ctl/command.ts';
import { COMMANDS } from '@ops/ctl/commands/commands.ts';
import { optionSyntax, usageOf } from '@ops/ctl/help.ts';
import { LINUX } from '@ops/policy/builtin/linux.ts';
import { usage } from '@ops/policy/grammar.ts';
import { PREDEFINED } from '@ops/policy/predefined.ts';
import { METRICS } from '@ops/server/metrics/metric-table.ts';
import { ENDPOINTS } from '@ops/protocol/http/endpoints.ts';
import * as limits from '@ops/protocol/wire/limits.ts';
import { FRAME_LIMITS, MESSAGES } from '@ops/protocol/wire/messages.ts';

type Language = 'en' | 'zh';

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n');
}

/** `name?: type, bounds` of each field of an object schema. */
function fields(json: JsonSchema): string {
  const properties = (json['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
  const required = (json['required'] ?? []) as readonly string[];
  const names = Object.entries(properties).filter(([name]) => name !== 'type');
  if (names.length === 0) return '—';
  return names
    .map(([name, field]) => `\`${name}\`${required.includes(name) ? '' : '?'} ${shape(field)}`)
    .join(', ');
}

function shape(json: JsonSchema): string {
  if ('const' in json) return JSON.stringify(json['const']).replaceAll('"', '`');
  if (Array.isArray(json['enum'])) return json['enum'].map((value) => `\`${String(value)}\``).join(' or ');
  if (Array.isArray(json['anyOf']))
    return json['anyOf'].map((part) => shape(part as JsonSchema)).join(' or ');
  const max = json['maximum'] ?? json['maxLength'] ?? json['maxItems'] ?? json['maxProperties'];
  const bound = max === undefined ? '' : ` ≤ ${JSON.stringify(max)}`;
  switch (json['type']) {
    case 'array':
      return `list of ${shape(json['items'] as JsonSchema)}${bound}`;
    case 'object':
      return json['properties']
        ? `{${fields(json)}}`
        : `map to ${shape(json['additionalProperties'] as JsonSchema)}${bound}`;
    case undefined:
      throw new SchemaError('docs', `cannot describe ${JSON.stringify(json)}`);
    default:
      return `${String(json['type'])}${bound}`;
  }
}

/** Every message, who sends it, and its fields. */
export function messagesTable(): string {
  return table(
    ['message', 'from', 'phase', 'fields (`?`: may be absent)'],
    Object.entries(MESSAGES).map(([name, { from, phases, schema }]) => [
      `\`${name}\``,
      from.map((side) => side[0]!.toUpperCase()).join(', '),
      phases.length > 1 ? 'any' : phases[0],
      fields(schema.json),
    ]),
  );
}

/** Every limit of the wire, and the largest body in each phase. */
export function limitsTable(): string {
  return table(
    ['limit', 'value'],
    [
      ...Object.entries(FRAME_LIMITS).map(([phase, bytes]) => [
        `body of a frame, phase \`${phase}\``,
        `${bytes} bytes`,
      ]),
      ...Object.entries(limits)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => [`\`${name}\``, String(value)]),
    ],
  );
}

/** Every endpoint, who may call it and what it is for. */
export function endpointsTable(language: Language): string {
  const words =
    language === 'en'
      ? { head: ['call', 'who may', 'takes', 'what it does'], none: '—' }
      : { head: ['调用', '权限', '参数', '作用'], none: '—' };
  return table(
    words.head,
    ENDPOINTS.map((endpoint) => [
      `\`${endpoint.method} ${endpoint.path}\``,
      `\`${endpoint.access}\``,
      endpoint.body
        ? fields(endpoint.body.json)
        : endpoint.query
          ? `query: ${fields(endpoint.query.json)}`
          : words.none,
      endpoint.summary[language],
    ]),
  );
}

/** Every metric of `GET /metrics`. */
export function metricsTable(language: Language): string {
  const head = language === 'en' ? ['metric', 'type', 'meaning'] : ['指标', '类型', '含义'];
  return table(
    head,
    METRICS.map((entry) => {
      const label = 'label' in entry ? `{${entry.label}}` : '';
      return [`\`${entry.name}${label}\``, entry.type, entry.meaning[language]];
    }),
  );
}

/** In a cell `|` would end it. */
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** Every built-in command of Linux with the arguments it takes. */
export function builtinsTable(language: Language): string {
  return table(
    ['command', 'accepted', 'refused although tempting', 'what runs'],
    LINUX.map(({ name, grammar, refused, changed }) => [
      code(name),
      usage(grammar) === '' ? '—' : code(usage(grammar)),
      refused?.[language] ?? '—',
      changed?.[language] ?? 'as typed',
    ]),
  );
}

/** The commands of the manual, which the console and the API offer. */
export function predefinedTable(language: Language): string {
  return table(
    ['category', 'command', 'what it shows'],
    PREDEFINED.flatMap(({ label, commands }) =>
      commands.map(({ command, description }) => [label[language], code(command), description[language]]),
    ),
  );
}

/** The commands of opsctl. */
export function ctlCommandsTable(language: Language): string {
  const head = { en: ['command', 'what it does'], zh: ['命令', '作用'] }[language];
  return table(
    head,
    COMMANDS.map((command) => [code(usageOf(command)), command.summary[language]]),
  );
}

/** The options of opsctl, those of every command first. */
export function ctlOptionsTable(language: Language): string {
  const words = {
    en: { head: ['command', 'option', 'meaning'], every: 'every command' },
    zh: { head: ['命令', '选项', '含义'], every: '所有命令' },
  }[language];
  return table(words.head, [
    ...SHARED_OPTIONS.map((option) => [words.every, code(optionSyntax(option)), option.meaning[language]]),
    ...COMMANDS.flatMap(({ name, options }) =>
      options.map((option) => [code(name), code(optionSyntax(option)), option.meaning[language]]),
    ),
  ]);
}
