import { describe, expect, it } from 'vitest';

import { onOneLine, printable, table } from './printable.ts';

describe('what a host wrote', () => {
  it('loses its escape sequences and shows other control characters as what they are', () => {
    expect(printable('a\u001b[31mred\u001b[0m b')).toBe('ared b');
    expect(printable('\u001b]0;title\u0007x\u001b]52;c;AAAA\u001b\\y')).toBe('xy');
    expect(printable('a\u0007b\u0000\u202ec\u009b1m')).toBe('a\\u0007b\\u0000\\u202ec\\u009b1m');
    expect(printable('\u001b')).toBe('');
  });

  it('keeps lines, tabs and every script', () => {
    expect(printable('a\r\n\tb\n中文 é 😀\n')).toBe('a\n\tb\n中文 é 😀\n');
    expect(printable('50%\r100%')).toBe('50%\\u000d100%');
    expect(onOneLine('a\nb\tc')).toBe('a b c');
  });

  it('stands in columns, also when characters take two', () => {
    expect(
      table(
        ['HOST', 'STATE'],
        [
          ['主机', 'a'],
          ['web-1', 'b'],
        ],
      ),
    ).toBe('HOST   STATE\n主机   a\nweb-1  b\n');
  });
});
