import { describe, expect, it } from 'vitest';

import { createRedact, formatLine, MAX_CAUSES, MAX_VALUE_CHARS } from './log-line.ts';
import type { LogFields } from './log.ts';

const WALL = Date.UTC(2026, 10, 23, 15, 16, 48, 123);

function line(
  message: string,
  fields?: LogFields,
  options: { secrets?: string[]; stacks?: boolean } = {},
): string {
  const { secrets = [], stacks = false } = options;
  return formatLine({ level: 'warn', message, fields, wall: WALL, stacks }, createRedact(secrets));
}

const HEAD = '2026-11-23T15:16:48.123Z [WARN] ';

describe('a line of the log', () => {
  it('is what people search for: time in UTC, level, sentence, fields', () => {
    expect(
      line('Authentication failed for client xxx', { address: '10.0.0.1', failures: 3, known: false }),
    ).toBe(`${HEAD}Authentication failed for client xxx address=10.0.0.1 failures=3 known=false\n`);
    expect(
      formatLine(
        { level: 'error', message: 'x', fields: undefined, wall: WALL, stacks: false },
        createRedact([]),
      ),
    ).toBe('2026-11-23T15:16:48.123Z [ERROR] x\n');
  });

  it('leaves out what is undefined and shows null', () => {
    expect(line('m', { a: undefined, b: null })).toBe(`${HEAD}m b=null\n`);
  });

  it('quotes values with spaces, quotes, equals signs or nothing in them', () => {
    expect(line('m', { a: 'two words', b: 'say "hi"', c: '', d: 'k=v', e: 'a\\b' })).toBe(
      `${HEAD}m a="two words" b="say \\"hi\\"" c="" d="k=v" e="a\\\\b"\n`,
    );
  });

  it('stays one line, whatever a peer sends', () => {
    const hostile = 'x\r\n2026-11-23T00:00:00.000Z [ERROR] forged\u2028\u0085\u001b[2J\u202e\u0000';
    const text = line(`Bad ${hostile}`, {
      name: hostile,
      [`key\n${hostile}`]: 1,
      deep: { [hostile]: hostile },
    });
    // oxlint-disable-next-line no-control-regex -- finding them is the point
    expect(text.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
    expect(text.endsWith('\n')).toBe(true);
    expect(text).toContain('\\r\\n2026');
  });

  it('keeps other languages readable', () => {
    expect(line('m', { name: '主机-上海', face: '😀' })).toBe(`${HEAD}m name=主机-上海 face=😀\n`);
  });

  it('shows errors with their causes and codes, and stacks only on request', () => {
    const error = new Error('could not store', {
      cause: Object.assign(new Error('disk full'), { code: 'ENOSPC', cause: new TypeError('root') }),
    });
    expect(line('m', { error })).toBe(
      `${HEAD}m error="could not store, because: disk full (ENOSPC), because: root"\n`,
    );
    const withStack = line('m', { error }, { stacks: true });
    expect(withStack).toContain('error_stack="Error: could not store\\n');
    expect(withStack.match(/\n/g)).toHaveLength(1);
  });

  it('ends a chain of causes that goes in a circle', () => {
    const error = new Error('a');
    error.cause = error;
    expect(line('m', { error }).match(/because/g)).toHaveLength(MAX_CAUSES - 1);
  });

  it('shows objects as JSON, and survives those that cannot be', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(line('m', { a: { n: 1n, t: ['x y'] }, b: circle, when: new Date(WALL), bad: new Date(NaN) })).toBe(
      `${HEAD}m a="{\\"n\\":\\"1\\",\\"t\\":[\\"x y\\"]}" b="[object that cannot be shown]" when=2026-11-23T15:16:48.123Z bad="no date"\n`,
    );
  });

  it('cuts what is too long: at the limit nothing, one past it the rest', () => {
    expect(line('m', { a: 'x'.repeat(MAX_VALUE_CHARS) })).toBe(`${HEAD}m a=${'x'.repeat(MAX_VALUE_CHARS)}\n`);
    expect(line('m', { a: 'x'.repeat(MAX_VALUE_CHARS + 1) })).toBe(
      `${HEAD}m a=${'x'.repeat(MAX_VALUE_CHARS)}…\n`,
    );
    expect(line('x'.repeat(MAX_VALUE_CHARS + 1))).toHaveLength(HEAD.length + MAX_VALUE_CHARS + 2);
  });
});

describe('redaction', () => {
  const secrets = ['hunter2-and-more', 'hunter2', 'with "quotes"', ''];

  it('removes configured secrets wherever they stand', () => {
    const error = new Error('refused hunter2', { cause: new Error('because of with "quotes"') });
    const text = line(
      'said hunter2-and-more.',
      { a: 'hunter2', b: ['x', { c: 'with "quotes"' }], error, hunter2: 1, url: 'http://h/?k=hunter2&x' },
      { secrets, stacks: true },
    );
    expect(text).not.toMatch(/hunter2|with \\*"quotes/);
    expect(text).toContain('said [redacted]. a=[redacted]');
  });

  it('does not leave the beginning of a secret where a value is cut', () => {
    const text = line('m', { a: `${'x'.repeat(MAX_VALUE_CHARS - 3)}hunter2` }, { secrets });
    expect(text).not.toContain('hun');
  });

  it('hides fields that are secret by their name, at any depth', () => {
    const text = line('m', {
      password: 'p1',
      Authorization: 'Bearer p2',
      set_cookie: 'p3',
      tcp_auth_secret: 'p4',
      token: 12_345,
      request: { headers: { cookie: 'p5', accept: 'yes' }, private_key: ['p6'] },
    });
    expect(text).not.toMatch(/p\d|12345/);
    expect(text).toContain('password=[redacted]');
    expect(text).toContain('yes');
  });

  it('leaves a line alone when there are no secrets', () => {
    expect(line('plain', {}, { secrets: [''] })).toBe(`${HEAD}plain\n`);
  });
});
