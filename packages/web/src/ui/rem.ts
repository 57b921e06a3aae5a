import { useCallback, useState } from 'react';

function rootSize(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

/**
 * Lengths of the style sheets in pixels: readers may set a larger type. Asked for once in the life of a component, as an
 * answer makes the browser work out all styles at once, in the middle of whatever is being drawn.
 */
export function useRem(): (count: number) => number {
  const [size] = useState(rootSize);
  return useCallback((count) => count * size, [size]);
}
