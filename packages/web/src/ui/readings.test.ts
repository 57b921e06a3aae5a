import { expect, test } from 'vitest';

import { THRESHOLDS, severity } from './readings.ts';

test.each(Object.entries(THRESHOLDS))(
  '%s asks for attention at its thresholds, not before',
  (name, { warn, bad }) => {
    const resource = name === 'cpu' || name === 'memory' ? name : 'disk';
    expect(severity(resource, warn - 0.1)).toBe('calm');
    expect(severity(resource, warn)).toBe('warn');
    expect(severity(resource, bad - 0.1)).toBe('warn');
    expect(severity(resource, bad)).toBe('bad');
    expect(severity(resource, undefined)).toBe('calm');
  },
);
