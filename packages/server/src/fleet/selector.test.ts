import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Labels } from '@ops/protocol/domain/client.ts';
import { OpsError } from '@ops/protocol/errors.ts';
import { systemClock } from '@ops/runtime/clock.ts';

import { createSelector, parseSelector } from './selector.ts';

const HOSTS: Readonly<Record<string, Labels>> = {
  web: { env: 'prod', role: 'web', 'example.com/tier': '1' },
  db: { env: 'prod', role: 'db' },
  test: { env: 'test', role: 'web', note: '' },
  bare: {},
};

function selected(text: string): string[] {
  const selects = createSelector(text);
  return Object.keys(HOSTS).filter((name) => selects(HOSTS[name]!));
}

function refusal(text: string): string | undefined {
  try {
    parseSelector(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    const { code, details } = error;
    return code === 'invalid_request' && details.field === 'query.selector'
      ? details.reason
      : 'another error';
  }
}

describe('a label selector', () => {
  it.each([
    ['env=prod', ['web', 'db']],
    ['env==prod', ['web', 'db']],
    ['  env  =  prod  ', ['web', 'db']],
    ['env!=prod', ['test', 'bare']],
    ['role in (web, db)', ['web', 'db', 'test']],
    ['role in(web)', ['web', 'test']],
    ['role notin (web)', ['db', 'bare']],
    ['note', ['test']],
    ['!note', ['web', 'db', 'bare']],
    ['! note', ['web', 'db', 'bare']],
    ['note=', ['test']],
    ['note in (,x)', ['test']],
    ['example.com/tier=1', ['web']],
    ['env=prod,role in (web,db),!note', ['web', 'db']],
    ['env=prod,env=test', []],
    ['toString', []],
    ['constructor!=x', ['web', 'db', 'test', 'bare']],
  ])('%s', (text, names) => {
    expect(selected(text)).toEqual(names);
  });

  it('takes the words of its operators as labels and values', () => {
    const selects = createSelector('in in (in, notin)');
    expect([selects({ in: 'notin' }), selects({ in: 'out' })]).toEqual([true, false]);
  });

  it.each([
    ['', 'a label key expected at character 1'],
    ['   ', 'a label key expected at character 4'],
    ['env=prod,', 'a label key expected at character 10'],
    [',env=prod', 'a label key expected at character 1'],
    ['env prod', '"=", "!=", "in", "notin" or "," expected at character 5'],
    ['env=a b', '"," expected at character 7'],
    ['env in', '"(" expected at character 7'],
    ['env in prod', '"(" expected at character 8'],
    ['env in ()', 'a label value expected at character 9'],
    ['env in (a', '"," or ")" expected at character 10'],
    ['env in (a b)', '"," or ")" expected at character 11'],
    ['env=pröd', 'a label value expected at character 5'],
    ['-env=prod', 'a label key expected at character 1'],
    ['cores>4', '"," expected at character 6'],
    ['!env=prod', '"," expected at character 5'],
    [`k=${'v'.repeat(64)}`, 'a label value expected at character 3'],
  ])('names what it misses in %j', (text, reason) => {
    expect(refusal(text)).toBe(reason);
  });

  it('takes keys and values of the longest length labels may have', () => {
    const key = `${'p'.repeat(253)}/${'n'.repeat(63)}`;
    expect(refusal(`${key}=${'v'.repeat(63)}`)).toBeUndefined();
    expect(refusal(`${'p'.repeat(254)}/${'n'.repeat(63)}`)).toContain('a label key');
  });

  const word = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,3}[A-Za-z0-9])?$/);
  const space = fc.constantFrom('', ' ', '\t', '  ');
  /** A requirement as text, and what it means, written down independently of the parser. */
  const requirement = fc
    .record({
      key: word,
      values: fc.array(word, { minLength: 1, maxLength: 3 }),
      kind: fc.constantFrom('=', '==', '!=', 'in', 'notin', 'exists', 'missing'),
      a: space,
      b: space,
    })
    .map(({ key, values, kind, a, b }) => {
      const one = values[0]!;
      const texts = {
        '=': `${a}${key}${b}=${a}${one}`,
        '==': `${a}${key}${b}==${a}${one}`,
        '!=': `${key}${a}!=${b}${one}`,
        in: `${key} in${a}(${values.join(`${b},`)}${b})`,
        notin: `${key} notin${a}(${a}${values.join(`,${b}`)})`,
        exists: `${a}${key}${b}`,
        missing: `${a}!${b}${key}`,
      };
      const holds = (labels: Labels): boolean => {
        const value = new Map(Object.entries(labels)).get(key);
        const among = value !== undefined && values.includes(value);
        const is = {
          '=': value === one,
          '==': value === one,
          '!=': value !== one,
          in: among,
          notin: !among,
          exists: value !== undefined,
          missing: value === undefined,
        };
        return is[kind];
      };
      return { text: texts[kind], holds };
    });

  it('means what its requirements mean', () => {
    fc.assert(
      fc.property(
        fc.array(requirement, { minLength: 1, maxLength: 4 }),
        fc.dictionary(word, word, { maxKeys: 5 }),
        (requirements, labels) => {
          const text = requirements.map((each) => each.text).join(',');
          expect(createSelector(text)(labels)).toBe(requirements.every((each) => each.holds(labels)));
        },
      ),
    );
  });

  it('refuses what it does not understand, and never fails otherwise', () => {
    const noise = fc
      .array(fc.constantFrom('a', 'in', 'notin', '=', '!', '(', ')', ',', ' ', '<', 'ö', '\u0000'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(noise, fc.string()), (text) => {
        expect(refusal(text)).not.toBe('another error');
      }),
    );
  });

  it.each([
    ['values', `k in (${'a,'.repeat(100_000)}a)`],
    ['requirements', `${'a,'.repeat(100_000)}a`],
    ['brackets', `k in ${'('.repeat(200_000)}`],
    ['spaces', `k${' '.repeat(200_000)}`],
    ['one word', 'k'.repeat(200_000)],
  ])('takes time that grows with its length only: many %s', (_, text) => {
    const start = systemClock.mono();
    refusal(text);
    expect(systemClock.mono() - start).toBeLessThan(2000);
  });
});
