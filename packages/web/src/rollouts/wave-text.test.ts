import { DEFAULT_WAVES, MAX_WAVES } from '@ops/protocol/domain/rollout.ts';
import { expect, test } from 'vitest';

import { readWaves, writeWaves } from './wave-text.ts';

test('waves are read as people of both languages type them', () => {
  const waves = [...DEFAULT_WAVES];
  expect(readWaves('1, 10%, rest')).toEqual({ waves });
  expect(readWaves(' 1，10％ 其余 ')).toEqual({ waves });
  expect(readWaves(writeWaves(DEFAULT_WAVES, '其余'))).toEqual({ waves });
  expect(readWaves('100%')).toEqual({ waves: ['100%'] });
});

test('the part that is not understood is named', () => {
  expect(readWaves('1, ten, rest')).toEqual({ wrong: 'ten' });
  expect(readWaves('0, rest')).toEqual({ wrong: '0' });
  expect(readWaves('101%')).toEqual({ wrong: '101%' });
  expect(readWaves('rest, 1')).toEqual({ wrong: 'rest' });
});

test('no waves, and one more than may be, are not waves', () => {
  expect(readWaves(' , ')).toEqual({ wrong: '' });
  const most = Array.from({ length: MAX_WAVES }, () => '1');
  expect(readWaves(most.join(','))).toEqual({ waves: most });
  expect(readWaves([...most, '1'].join(','))).toEqual({ wrong: '' });
});
