import { expect, test } from 'vitest';

import { preferredLanguage } from './language.ts';

test.each([
  [null, ['zh-TW', 'en'], 'zh'],
  [null, ['fr-FR', 'zh-CN', 'en'], 'zh'],
  [null, ['en-GB', 'zh'], 'en'],
  [null, ['fr'], 'en'],
  [null, [], 'en'],
  ['zh', ['en'], 'zh'],
  ['en', ['zh-CN'], 'en'],
  ['xx', ['zh-CN'], 'zh'],
] as const)('remembered %s, browser %s: %s', (remembered, wanted, language) => {
  expect(preferredLanguage(remembered, wanted)).toBe(language);
});
