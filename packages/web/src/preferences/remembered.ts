/** What this browser remembers of its reader. A browser that refuses storage forgets, and nothing else happens. */
export const REMEMBERED = {
  language: 'ops.language',
  colourScheme: 'ops.colour-scheme',
  view: 'ops.fleet-view',
  mapGroup: 'ops.map-group',
  mapShade: 'ops.map-shade',
  appsView: 'ops.apps-view',
  outputWrap: 'ops.output-wrap',
  singleKeys: 'ops.single-keys',
  liveWay: 'ops.live-way',
} as const;
type Key = (typeof REMEMBERED)[keyof typeof REMEMBERED];

export function recall(key: Key): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key: Key, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
}
