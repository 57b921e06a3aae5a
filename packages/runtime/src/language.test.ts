import { describe, expect, it } from 'vitest';

import { languageOf } from './language.ts';

describe('the language of a terminal', () => {
  it('is what LC_ALL, LC_MESSAGES or LANG ask for, in this order', () => {
    expect(languageOf({ LANG: 'zh_CN.UTF-8' })).toBe('zh');
    expect(languageOf({ LANG: 'zh_CN.UTF-8', LC_ALL: 'C.UTF-8' })).toBe('en');
    expect(languageOf({ LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_TW' })).toBe('zh');
    expect(languageOf({ LANG: 'zh_CN', LC_ALL: '' })).toBe('zh');
    expect(languageOf({ LANG: 'de_DE' })).toBe('en');
    expect(languageOf({})).toBe('en');
  });
});
