/** The vertical scale of a chart: where it ends, and where its lines are. Pure. */
export type Unit = 'percent' | 'load' | 'rate';

export interface Scale {
  readonly top: number;
  /** Between two lines, from zero on. */
  readonly step: number;
}

/** Lines above zero, at most. */
const LINES = 4;
/** Smaller highest values are drawn low, not as mountains: a load, bytes a second. */
const LEAST = { load: 1, rate: 16 * 1024 } as const;

/** 1, 2 or 5 times a power of ten, not below `least`. */
function decimalStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((each) => each * power).find((step) => step >= least * (1 - 1e-9)) ?? least;
}

/** @param highest of what is drawn; undefined for nothing */
export function scaleOf(unit: Unit, highest: number | undefined): Scale {
  if (unit === 'percent') return { top: 100, step: 25 };
  const reached = Math.max(LEAST[unit], highest ?? 0);
  // Sizes are told in binary units, so that their lines are powers of two.
  const step = unit === 'rate' ? 2 ** Math.ceil(Math.log2(reached / LINES)) : decimalStep(reached / LINES);
  return { top: Math.ceil(reached / step - 1e-9) * step, step };
}

export function linesOf({ top, step }: Scale): number[] {
  return Array.from({ length: Math.round(top / step) + 1 }, (_, at) => at * step);
}
