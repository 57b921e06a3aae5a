/** What the keys mean on a chart. Pure. */
export type Move =
  | { readonly kind: 'step'; readonly by: number }
  | { readonly kind: 'end'; readonly which: 'first' | 'last' }
  | { readonly kind: 'zoom'; readonly factor: number }
  | { readonly kind: 'move'; readonly share: number }
  | { readonly kind: 'reset' };

export const ZOOM_IN = 0.5;
export const ZOOM_OUT = 2;
/** A window moves by so much of its length: a part stays in sight. */
export const MOVE_SHARE = 0.5;
const LONG_STEP = 10;

export function keyMeans({
  key,
  shiftKey,
}: {
  readonly key: string;
  readonly shiftKey: boolean;
}): Move | undefined {
  const by = shiftKey ? LONG_STEP : 1;
  const moves: Readonly<Record<string, Move>> = {
    ArrowLeft: { kind: 'step', by: -by },
    ArrowDown: { kind: 'step', by: -by },
    ArrowRight: { kind: 'step', by },
    ArrowUp: { kind: 'step', by },
    Home: { kind: 'end', which: 'first' },
    End: { kind: 'end', which: 'last' },
    '+': { kind: 'zoom', factor: ZOOM_IN },
    '=': { kind: 'zoom', factor: ZOOM_IN },
    '-': { kind: 'zoom', factor: ZOOM_OUT },
    PageUp: { kind: 'move', share: -MOVE_SHARE },
    PageDown: { kind: 'move', share: MOVE_SHARE },
    Escape: { kind: 'reset' },
  };
  return moves[key];
}

/** From one stop to another, `by` further; at either end it stays. Stops are in rising order. */
export function stepTo(stops: readonly number[], at: number, by: number): number {
  const position = stops.findIndex((stop) => stop >= at);
  const from = position === -1 ? stops.length - 1 : position;
  return stops[Math.min(stops.length - 1, Math.max(0, from + by))] ?? at;
}
