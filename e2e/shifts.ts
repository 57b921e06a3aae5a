/** What moves on a page by itself, and where from and to. */
import type { Page } from '@playwright/test';

/** Looks from now on. Shifts that an input set off do not count. */
export async function watchShifts(page: Page): Promise<{
  /** One line each, with its value first. */
  readonly shifts: () => Promise<readonly string[]>;
  /** The sum of their values. */
  readonly total: () => Promise<number>;
}> {
  await page.evaluate(`window.shifts = [];
    window.nameOf = (node) => node && (node.nodeType === 3 ? nameOf(node.parentElement) + ' text' :
      node.tagName + '.' + node.className + ' ' + (node.textContent || '').slice(0, 40));
    window.placeOf = ({ x, y }) => Math.round(x) + ',' + Math.round(y);
    new PerformanceObserver((list) => {
      for (const { hadRecentInput, value, sources } of list.getEntries()) {
        if (!hadRecentInput) shifts.push(value.toFixed(5) + ': ' + sources.map(({ node, previousRect, currentRect }) =>
          nameOf(node) + ' ' + placeOf(previousRect) + ' → ' + placeOf(currentRect)).join(' | '));
      }
    }).observe({ type: 'layout-shift' });`);
  return {
    shifts: () => page.evaluate<string[]>('shifts'),
    total: () => page.evaluate<number>('shifts.reduce((sum, line) => sum + Number.parseFloat(line), 0)'),
  };
}
