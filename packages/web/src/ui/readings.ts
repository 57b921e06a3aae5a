/** From which share of a resource on its bar asks for attention. */
export type Severity = 'calm' | 'warn' | 'bad';

interface Thresholds {
  readonly warn: number;
  readonly bad: number;
}

export const THRESHOLDS: Readonly<Record<'cpu' | 'memory' | 'disk', Thresholds>> = {
  cpu: { warn: 80, bad: 95 },
  memory: { warn: 85, bad: 95 },
  disk: { warn: 85, bad: 95 },
};
export type Resource = keyof typeof THRESHOLDS;

export function severity(resource: Resource, percent: number | undefined): Severity {
  if (percent === undefined || percent < THRESHOLDS[resource].warn) return 'calm';
  return percent < THRESHOLDS[resource].bad ? 'warn' : 'bad';
}
