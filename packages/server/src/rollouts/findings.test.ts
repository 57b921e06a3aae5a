import { expect, test } from 'vitest';

import { detailOf, FOUND, storedDetail } from './findings.ts';

test('what a row keeps is read back in both languages', () => {
  const found = FOUND.status('Stopped', 'Running', 'no process');
  expect(found).toEqual({
    en: 'the app is Stopped, not Running: no process',
    zh: '应用已停止，应为运行中：no process',
  });
  expect(detailOf(storedDetail(found))).toEqual(found);
  expect(detailOf(storedDetail(null))).toBeNull();
});

test('a sentence of earlier, or of a host, is itself in both', () => {
  expect(detailOf('its command ended with exit code 3')).toEqual({
    en: 'its command ended with exit code 3',
    zh: 'its command ended with exit code 3',
  });
});

test('a sentence is never longer than the API says', () => {
  const long = { en: 'x'.repeat(600), zh: '长'.repeat(600) };
  expect(detailOf(storedDetail(long))).toEqual({ en: 'x'.repeat(512), zh: '长'.repeat(512) });
});
