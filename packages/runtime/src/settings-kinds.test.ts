import { describe, expect, it } from 'vitest';

import * as formats from './settings-formats.ts';
import { boolean, choice, integer, labels, line, list, number, path, Refused } from './settings-kinds.ts';
import type { Kind } from './settings-kinds.ts';

const CWD = '/work';
const inText = <T>(kind: Kind<T>, text: string): T => kind.fromText(text, CWD);
const inToml = <T>(kind: Kind<T>, value: unknown): T => kind.fromToml(value, CWD);

/** Why each value is refused. */
function refusals<T>(kind: Kind<T>, texts: readonly string[]): string[] {
  return texts.map((text) => {
    try {
      return `accepted ${JSON.stringify(inText(kind, text))}`;
    } catch (error) {
      return error instanceof Refused ? error.message : `threw ${String(error)}`;
    }
  });
}

function tomlRefusals<T>(kind: Kind<T>, values: readonly unknown[]): string[] {
  return values.map((value) => {
    try {
      return `accepted ${JSON.stringify(inToml(kind, value))}`;
    } catch (error) {
      return error instanceof Refused ? error.message : `threw ${String(error)}`;
    }
  });
}

describe('a whole number', () => {
  const kind = integer({ min: 1, max: 10 });

  it('is accepted within its bounds', () => {
    expect(['1', '10', '+5', '007'].map((text) => inText(kind, text))).toEqual([1, 10, 5, 7]);
    expect([1n, 10n].map((value) => inToml(kind, value))).toEqual([1, 10]);
  });

  it('is refused one past them, and when it is none', () => {
    expect(
      refusals(kind, [
        '0',
        '11',
        '9'.repeat(400),
        '',
        'x',
        '5.0',
        ' 5',
        '5s',
        '0x5',
        '1e0',
        'NaN',
        'Infinity',
      ]),
    ).toEqual([
      'is below 1',
      'is above 10',
      'is not a finite number',
      'is empty',
      ...Array.from({ length: 8 }, () => 'is not a whole number'),
    ]);
    expect(tomlRefusals(kind, [0n, 11n, 5, NaN, '5', true, [5n], {}, new Date(0)])).toEqual([
      'is below 1',
      'is above 10',
      'is a number with a fraction',
      'is not a finite number',
      'is a string',
      'is a boolean',
      'is an array',
      'is a table',
      'is a date',
    ]);
  });
});

describe('a number', () => {
  const kind = number({ min: 0.5, max: 2 });

  it('may have a fraction', () => {
    expect(['0.5', '2', '1.', '.75'].map((text) => inText(kind, text))).toEqual([0.5, 2, 1, 0.75]);
    expect([0.5, 2n].map((value) => inToml(kind, value))).toEqual([0.5, 2]);
  });

  it('is refused past its bounds, and when it is none', () => {
    expect(refusals(kind, ['0.49', '2.01', '', '.', '1,5', 'Infinity'])).toEqual([
      'is below 0.5',
      'is above 2',
      'is empty',
      'is not a number',
      'is not a number',
      'is not a number',
    ]);
    expect(tomlRefusals(kind, [NaN, Infinity, '1'])).toEqual([
      'is not a finite number',
      'is not a finite number',
      'is a string',
    ]);
  });
});

describe('a boolean', () => {
  it('has several words in text and only its own in TOML', () => {
    expect(['true', 'Yes', 'ON', '1'].map((text) => inText(boolean(), text))).not.toContain(false);
    expect(['false', 'no', 'off', '0'].map((text) => inText(boolean(), text))).not.toContain(true);
    expect(refusals(boolean(), ['', '2', 'ja'])).toEqual([
      'is empty',
      'is neither true nor false',
      'is neither true nor false',
    ]);
    expect(tomlRefusals(boolean(), ['true', 1n, false])).toEqual([
      'is a string',
      'is an integer',
      'accepted false',
    ]);
  });
});

describe('a choice', () => {
  it('is one of its words, exactly', () => {
    const kind = choice(['auto', 'never']);
    expect(inText(kind, 'never')).toBe('never');
    expect(refusals(kind, ['Never', '', 'x'])).toEqual([
      'is none of the choices',
      'is empty',
      'is none of the choices',
    ]);
    expect(tomlRefusals(kind, [1n, 'x'])).toEqual(['is an integer', 'is none of the choices']);
  });
});

describe('a line of text', () => {
  const kind = line({ min: 2, max: 4, pattern: /^[a-z]+$/, accepts: { en: '', zh: '' } });

  it('has its length, its pattern and no control characters', () => {
    expect(refusals(kind, ['ab', 'abcd', 'a', 'abcde', 'AB', 'a\nb', '\u007fab', ''])).toEqual([
      'accepted "ab"',
      'accepted "abcd"',
      'is shorter than 2 characters',
      'is longer than 4 characters',
      'is not accepted',
      'holds a line break or another control character',
      'holds a line break or another control character',
      'is empty',
    ]);
    expect(tomlRefusals(kind, ['ab', 7n])).toEqual(['accepted "ab"', 'is an integer']);
  });
});

describe('a path', () => {
  it('becomes absolute and loses the slash at its end', () => {
    expect(['x', './x/', '/x/../y', '../x'].map((text) => inText(path(), text))).toEqual([
      '/work/x',
      '/work/x',
      '/y',
      '/x',
    ]);
    expect(refusals(path(), ['', 'a\u0000b'])).toEqual([
      'is empty',
      'holds a line break or another control character',
    ]);
  });

  it('of scripts is absolute, and every part of it is plain', () => {
    const kind = formats.plainDirectory();
    expect(['/opt/ops-scripts', '/opt/ops-scripts/', '/a_b/c.d'].map((text) => inText(kind, text))).toEqual([
      '/opt/ops-scripts',
      '/opt/ops-scripts',
      '/a_b/c.d',
    ]);
    expect(refusals(kind, ['opt', '/', '/opt/.hidden', '/opt/a b', '/opt/$x', '/-x', '/opt/../..'])).toEqual(
      Array.from({ length: 7 }, () => 'is not accepted'),
    );
  });
});

describe('a list', () => {
  const kind = list(choice(['a', 'b', 'c']), { separator: ':', max: 2 });

  it('is separated in text and an array in TOML; none is one too', () => {
    expect(inText(kind, 'a:b')).toEqual(['a', 'b']);
    expect(inText(kind, ' a : b ')).toEqual(['a', 'b']);
    expect(inText(kind, '')).toEqual([]);
    expect(inToml(kind, ['c'])).toEqual(['c']);
    expect(inToml(kind, [])).toEqual([]);
  });

  it('is refused with too many, doubled, empty or wrong entries', () => {
    expect(refusals(kind, ['a:b:c', 'a:a', 'a:', 'a:x'])).toEqual([
      'has more than 2 entries',
      'is listed twice',
      'is empty',
      'is none of the choices',
    ]);
    expect(tomlRefusals(kind, ['a', [1n], ['x'], { a: 1n }])).toEqual([
      'is a string',
      'is an integer',
      'is none of the choices',
      'is a table',
    ]);
  });
});

describe('labels', () => {
  const kind = labels({ key: /^[a-z]+$/, value: /^[a-z]*$/, max: 2 });

  it('are pairs in text and a table in TOML', () => {
    expect(inText(kind, 'env=prod, role=')).toEqual({ env: 'prod', role: '' });
    expect(inText(kind, '')).toEqual({});
    expect(inToml(kind, { env: 'prod' })).toEqual({ env: 'prod' });
  });

  it('are refused with wrong names, wrong values, twice, too many, or no "="', () => {
    expect(refusals(kind, ['A=b', 'a=B', 'a=b,a=c', 'a=,b=,c=', 'a', '=b'])).toEqual([
      'is no label name',
      'has a value that is no label value: "B"',
      'is given twice',
      'has more than 2 labels',
      'has no "="',
      'is no label name',
    ]);
    expect(tomlRefusals(kind, ['a=b', [1n], { a: 1n }, 3n])).toEqual([
      'is a string',
      'is an array',
      'is an integer, not a string',
      'is an integer',
    ]);
  });
});

describe('formats', () => {
  it('of hosts are addresses and names, without port and brackets', () => {
    expect(refusals(formats.host(), ['10.0.0.1', '::', 'ops.example.com', 'localhost', 'a-b'])).not.toContain(
      'is not accepted',
    );
    expect(
      refusals(formats.host(), [
        '10.0.0.256',
        '1.2.3',
        '[::1]',
        'host:80',
        '-a',
        'a..b',
        'ho st',
        'http://x',
      ]),
    ).toEqual(Array.from({ length: 8 }, () => 'is not accepted'));
  });

  it('of Host headers may have a port', () => {
    expect(refusals(formats.hostHeader(), ['a', 'a:80', '10.0.0.1:1', '[::1]:3000', '[::1]'])).not.toContain(
      'is not accepted',
    );
    expect(refusals(formats.hostHeader(), ['a:0', 'a:65536', 'a:b', '*', 'a/b', '[x]:1'])).toEqual(
      Array.from({ length: 6 }, () => 'is not accepted'),
    );
  });

  it('of origins have a scheme and no path', () => {
    expect(refusals(formats.webOrigin(), ['https://ops.example.com', 'http://10.0.0.1:8080'])).not.toContain(
      'is not accepted',
    );
    expect(
      refusals(formats.webOrigin(), ['ops.example.com', 'https://a/', 'ftp://a', 'https://u@a', '*', 'null']),
    ).toEqual(Array.from({ length: 6 }, () => 'is not accepted'));
  });

  it('of ranges are addresses with or without a prefix', () => {
    expect(refusals(formats.addressRange(), ['10.0.0.0/8', '::1'])).not.toContain('is not accepted');
    expect(refusals(formats.addressRange(), ['10.0.0.0/33', 'host'])).toEqual([
      'is not accepted',
      'is not accepted',
    ]);
  });

  it('of fingerprints become one form', () => {
    const bytes = Array.from({ length: 32 }, () => 'AB');
    const normal = `sha256:${'ab'.repeat(32)}`;
    expect(
      [bytes.join(''), bytes.join(':')].map((hex) =>
        inText(formats.certificateFingerprint(), `SHA256:${hex}`),
      ),
    ).toEqual([normal, normal]);
    expect(inToml(formats.certificateFingerprint(), normal)).toBe(normal);
    expect(
      refusals(formats.certificateFingerprint(), [
        `sha256:${'ab'.repeat(31)}`,
        `sha1:${'ab'.repeat(32)}`,
        'ab'.repeat(32),
      ]),
    ).toEqual(Array.from({ length: 3 }, () => 'is not accepted'));
  });

  it('of tokens are visible ASCII', () => {
    expect(refusals(formats.bearerToken(), ['a b', 'ä', '~!'])).toEqual([
      'is not accepted',
      'is not accepted',
      'accepted "~!"',
    ]);
  });
});

describe('a value written as TOML', () => {
  it('is what TOML reads back', () => {
    expect(integer({ min: 0, max: 9 }).toToml(7)).toBe('7');
    expect(boolean().toToml(true)).toBe('true');
    expect(path().toToml('./a "b"')).toBe('"./a \\"b\\""');
    expect(list(choice(['a', 'b']), { separator: ',', max: 2 }).toToml(['a', 'b'])).toBe('["a", "b"]');
    const some = labels({ key: /./, value: /./, max: 9 });
    expect([some.toToml({}), some.toToml({ env: 'prod' })]).toEqual(['{}', '{ "env" = "prod" }']);
  });
});
