import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';

import { applySgr, PLAIN, showLine } from './ansi.ts';

const ESC = '\u001b';

describe('colours', () => {
  test('a command may choose colour, bold and underline, which end where it says', () => {
    const { text, runs, pen } = showLine(`a${ESC}[1;31mred${ESC}[0m ${ESC}[4;44mb${ESC}[24;49mc`, PLAIN);
    expect(text).toBe('ared bc');
    expect(runs).toEqual([
      { to: 1, pen: {}, escape: false },
      { to: 4, pen: { bold: true, fg: 'red' }, escape: false },
      { to: 5, pen: {}, escape: false },
      { to: 6, pen: { underline: true, bg: 'blue' }, escape: false },
      { to: 7, pen: {}, escape: false },
    ]);
    expect(pen).toEqual({});
  });

  test('the next line begins as this one ended', () => {
    const { pen } = showLine(`${ESC}[32mgreen`, PLAIN);
    expect(showLine('still', pen).runs).toEqual([{ to: 5, pen: { fg: 'green' }, escape: false }]);
  });

  test.each([
    ['', {}],
    ['91', { fg: 'red' }],
    ['38;5;9', { fg: 'red' }],
    ['38;5;46', { fg: 'green' }],
    ['38;5;232', { fg: 'black' }],
    ['38;5;255', { fg: 'white' }],
    ['48;2;0;0;255', { bg: 'blue' }],
    ['38;2;250;240;10', { fg: 'yellow' }],
    ['2;3;33', { fg: 'yellow' }],
  ])('%j is %j', (parameters, pen) => {
    expect(applySgr({ fg: 'cyan' }, parameters === '' ? '0' : `0;${parameters}`)).toEqual(pen);
  });

  test.each(['8', '5', '7', '38', '38;5', '38;5;256', '38;2;1;2', '999'])(
    '%s is not allowed',
    (parameters) => {
      expect(applySgr(PLAIN, parameters)).toBeUndefined();
    },
  );
});

describe('what is not plain to see is written out', () => {
  test.each([
    [`${ESC}[2J`, '\\x1b[2J'],
    [`${ESC}]0;title\u0007`, '\\x1b]0;title\\x07'],
    [`${ESC}[8mhidden`, '\\x1b[8mhidden'],
    [`${ESC}[${'1;'.repeat(40)}m`, `\\x1b[${'1;'.repeat(40)}m`],
    ['\u009b31m', '\\x9b31m'],
    ['a\rb', 'a\\x0db'],
    ['\u0000', '\\x00'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['\u2066a\u2069', '\\u2066a\\u2069'],
    ['a\u200bb', 'a\\u200bb'],
    ['\ufeff', '\\ufeff'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud800', '\\ud800'],
    ['a\tb', 'a       b'],
    ['中文 é 🙂', '中文 é 🙂'],
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ])('%j is shown as %j', (line, shown) => {
    expect(showLine(line, PLAIN).text).toBe(shown);
  });

  test('and marked, so that it is not taken for what was printed', () => {
    expect(showLine('a\u0007b', PLAIN).runs).toEqual([
      { to: 1, pen: {}, escape: false },
      { to: 5, pen: {}, escape: true },
      { to: 6, pen: {}, escape: false },
    ]);
  });
});

test('whatever comes, the runs cover the text and nothing unseen is left in it', () => {
  assert(
    property(string({ unit: 'binary', maxLength: 200 }), (line) => {
      const { text, runs } = showLine(line.replaceAll('\n', ''), PLAIN);
      expect(runs.at(-1)?.to ?? 0).toBe(text.length);
      expect(text).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    }),
  );
});
