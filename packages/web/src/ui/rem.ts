/** Lengths of the style sheets in pixels: readers may set a larger type. */
export function rem(count: number): number {
  return count * (Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16);
}
